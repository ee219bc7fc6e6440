// SPDX-License-Identifier: LGPL-2.1-or-later
// Advisory locks on an open file or directory.
#pragma once

#include <chrono>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::base {

enum class LockKind : unsigned char { kShared, kExclusive };

/// flock(2) on `fd`, waiting for it. The lock lives as long as the open file description.
Result<> lock(int fd, LockKind kind);

/// The same without waiting; false when another holder is in the way.
Result<bool> try_lock(int fd, LockKind kind);

/// The same, waiting no longer than `patience`.
Result<bool> lock_within(int fd, LockKind kind, std::chrono::milliseconds patience);

}  // namespace podd::base
