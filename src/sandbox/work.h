// SPDX-License-Identifier: LGPL-2.1-or-later
// What a process of podd's gives up before it reads bytes of strangers.
#pragma once

#include "base/result.h"

namespace podd::sandbox {

enum class Work : unsigned char {
    kPipe,  // from one descriptor to another
    kTree,  // and into files beneath one folder, with the rights over files that it has
};

/// No capabilities but those over files, and these for kTree only; no debugger, no core, no new
/// rights by executing. Errors: kIo.
base::Result<> give_up_rights(Work work);

/// From here on nothing outside the folder can be opened, made or linked. False where the kernel
/// has no Landlock, or one that forbids hard links. Wants no_new_privs. Errors: kIo.
base::Result<bool> stay_beneath(int dir_fd);

/// System calls that the work does not need end the process. In a build with the address sanitizer
/// nothing is forbidden. Wants no_new_privs. Errors: kInternal, kIo.
base::Result<> load_work_filter(Work work);

}  // namespace podd::sandbox
