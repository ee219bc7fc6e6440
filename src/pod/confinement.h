// SPDX-License-Identifier: LGPL-2.1-or-later
// What an app may do: isolators of the manifest → capability masks and seccomp programs of the
// plan.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "plan/plan.h"
#include "pod/resolve.h"

namespace podd::pod {

/// What the rest of the pod asks of the confinement of each app in it.
struct PodNeeds {
    bool keep_setuid_from_host = false;  // see schema::keeps_setuid_from_host()
};

/// Fills capabilities, no_new_privileges, labels, and writes the app's seccomp program into
/// `run_dir`. Compiled programs are kept in /run/podd/seccomp, since compiling one takes longer
/// than starting a pod. Errors: kInvalidArgument (both sets given, a name unknown to the kernel in
/// a retain set).
base::Result<> confine(plan::AppPlan& plan, const ResolvedApp& app, const PodNeeds& needs,
                       int run_dir);

/// What confine() would refuse of the app's isolators; writes nothing, compiles nothing.
std::vector<base::Error> confinement_problems(const ResolvedApp& app);

}  // namespace podd::pod
