// SPDX-License-Identifier: LGPL-2.1-or-later
// Work on many items by as many processes as there are processors. What it leaves behind is in the
// kernel: mounts and files.
#pragma once

#include <cstddef>
#include <functional>

#include "base/result.h"

namespace podd::stage1 {

/// Calls `work` once for each number below `count`, in this process and, where there are many, in
/// children of it as well: what `work` changes in memory is lost. Returns the first error of the
/// lowest share that met one.
base::Result<> for_each_in_parallel(std::size_t count,
                                    const std::function<base::Result<>(std::size_t)>& work);

}  // namespace podd::stage1
