// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "base/result.h"

namespace podd::base {

/// What the symbolic link `name` says. Errors: kIo.
Result<std::string> read_link(int dir_fd, const std::string& name);

}  // namespace podd::base
