// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/lock.h"

#include <cerrno>
#include <ctime>

#include <sys/file.h>

namespace podd::base {

namespace {

int operation(LockKind kind) {
    return kind == LockKind::kShared ? LOCK_SH : LOCK_EX;
}

}  // namespace

Result<> lock(int fd, LockKind kind) {
    while (::flock(fd, operation(kind)) < 0)
        if (errno != EINTR) return errno_error("locking", errno);
    return {};
}

Result<bool> try_lock(int fd, LockKind kind) {
    while (::flock(fd, operation(kind) | LOCK_NB) < 0) {
        if (errno == EWOULDBLOCK) return false;
        if (errno != EINTR) return errno_error("locking", errno);
    }
    return true;
}

Result<bool> lock_within(int fd, LockKind kind, std::chrono::milliseconds patience) {
    using Clock = std::chrono::steady_clock;
    constexpr timespec kPause{.tv_sec = 0, .tv_nsec = 5'000'000};
    const auto deadline = Clock::now() + patience;
    for (;;) {
        if (TRY(try_lock(fd, kind))) return true;
        if (Clock::now() >= deadline) return false;
        (void)::nanosleep(&kPause, nullptr);
    }
}

}  // namespace podd::base
