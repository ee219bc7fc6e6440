// SPDX-License-Identifier: LGPL-2.1-or-later
// Text handed to podd: a memory file that nobody can change any more.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::podctl {

/// Errors: kIo.
base::Result<base::UniqueFd> sealed_file(std::string_view text);

/// The same of a file; "-" is standard input. Errors: those of base::read_file().
base::Result<base::UniqueFd> sealed_copy(const std::string& path, std::size_t limit);

}  // namespace podd::podctl
