// SPDX-License-Identifier: LGPL-2.1-or-later
// Text handed to podd: a memory file that nobody can change any more.
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::podctl {

/// Errors: kIo.
base::Result<base::UniqueFd> sealed_file(std::string_view text);

}  // namespace podd::podctl
