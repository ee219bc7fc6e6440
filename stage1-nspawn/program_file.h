// SPDX-License-Identifier: LGPL-2.1-or-later
// The file that an app's argv[0] names, and what it needs to run.
#pragma once

#include <string>

#include "base/result.h"
#include "plan/plan.h"

namespace podd::stage1 {

/// Looks argv[0] up in the PATH of the app's environment (a name with a slash is a path), from "/"
/// as it is for the caller. Errors: kNotFound, which says whether the program, its ELF interpreter
/// or the interpreter of a script is missing; kDenied for a file that cannot be executed.
base::Result<std::string> find_program(const plan::AppPlan& app);

}  // namespace podd::stage1
