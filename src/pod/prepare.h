// SPDX-License-Identifier: LGPL-2.1-or-later
// From a pod's manifest to the plan that stage1 reads (design: stage0).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "pod/id_range.h"
#include "translate/translate.h"

namespace podd::pod {

struct Prepared {
    IdRange range;                      // its lock goes to the pod's PID 1
    std::vector<std::string> warnings;  // 'app "nginx": …': what has no effect or was filled in
};

/// Resolves images, users and volumes, chooses the id range, makes /var/lib/podd/pods/<uuid>/ and
/// writes the plan to /run/podd/pods/<pod>/. What a failure leaves behind is removed by the
/// flavor's `gc`, which the unit always runs. Errors: all of resolve(), identify(), store::Reader;
/// the message names the app.
base::Result<Prepared> prepare(const translate::Pod& pod);

}  // namespace podd::pod
