// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/read_link.h"

#include <cerrno>
#include <climits>

#include <unistd.h>

namespace podd::base {

Result<std::string> read_link(int dir_fd, const std::string& name) {
    std::string target(PATH_MAX, '\0');
    const ssize_t n = ::readlinkat(dir_fd, name.c_str(), target.data(), target.size());
    if (n < 0) return errno_error("reading the link", errno);
    target.resize(static_cast<std::size_t>(n));
    return target;
}

}  // namespace podd::base
