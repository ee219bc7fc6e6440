// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/unique_fd.h"

#include <cerrno>
#include <cstdlib>

#include <unistd.h>

namespace podd::base {

void UniqueFd::reset(int fd) noexcept {
    const int old = std::exchange(fd_, fd);
    if (old < 0) return;
    const int saved_errno = errno;
    // Linux frees the number even when close() fails, so never retry on EINTR: close(2), NOTES.
    if (::close(old) < 0 && errno == EBADF) std::abort();
    errno = saved_errno;
}

}  // namespace podd::base
