// SPDX-License-Identifier: LGPL-2.1-or-later
// What a test case says that cannot test anything here: that it is skipped, and why.
#pragma once

#include <string>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/unique_fd.h"

/// Ends the test case. ctest counts it as skipped because of the word; see tests/CMakeLists.txt.
#define SKIP_UNLESS(condition, reason)    \
    if (!(condition)) {                   \
        MESSAGE("SKIPPED: " << (reason)); \
        return;                           \
    }

namespace podd::test {

inline bool is_root() {
    return ::geteuid() == 0;
}

/// Can overlayfs' own marks be made in this folder? Whiteouts want Linux 5.8 or root, attributes a
/// file system that has them, which tmpfs is from Linux 6.6 on.
inline bool can_hold_overlay_marks(int dir_fd) {
    const char* name = ".podd-test-mark";
    const bool node = ::mknodat(dir_fd, name, S_IFCHR, makedev(0, 0)) == 0;
    (void)::unlinkat(dir_fd, name, 0);
    const base::UniqueFd file{::openat(dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    const bool attribute = file && ::fsetxattr(file.get(), "user.overlay.opaque", "y", 1, 0) == 0;
    (void)::unlinkat(dir_fd, name, 0);
    return node && attribute;
}

}  // namespace podd::test
