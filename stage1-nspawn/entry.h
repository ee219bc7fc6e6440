// SPDX-License-Identifier: LGPL-2.1-or-later
// What a command of the administrator's has in place of an app's streams to the journal.
#pragma once

#include <array>
#include <optional>

#include <sys/resource.h>
#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/enter.h"

namespace podd::stage1 {

/// By the numbers of getrlimit(2).
using Limits = std::array<rlimit, RLIM_NLIMITS>;

/// Those of a process, which systemd has set for an app as its unit says. Errors: kIo, kNotFound.
base::Result<Limits> limits_of(pid_t pid);
base::Result<mode_t> umask_of(pid_t pid);

struct Entry {
    int main_process;                               // pidfd of the app itself
    std::array<int, 3> streams;                     // without a terminal
    std::optional<plan::TerminalRequest> terminal;  // made in the pod
    Limits limits;
    mode_t umask;
    bool ambient;  // the app's user, and so its ambient capabilities
};

/// Whether `fd` may become a standard stream of a process in a pod: a file, pipe, socket, or one of
/// those devices that every app has. What else is reached through a descriptor, the pod must not
/// reach: folders lead to the host's files (CVE-2024-21626), a terminal to what its user types.
/// Errors: kDenied, with `name`.
base::Result<> check_stream(int fd, const char* name);

base::Result<> take_streams(const Entry& entry);
/// While the caller may still raise them.
base::Result<> take_limits(const Limits& limits);

/// Makes a terminal in the pod whose owner is the caller, and makes it the caller's controlling
/// terminal and standard streams. Returns the other end, non-blocking. The caller must be in the
/// app's root, and lead a session.
base::Result<base::UniqueFd> take_terminal(const plan::TerminalRequest& request);

/// The caller is killed when its parent ends; after the last change of its ids, which would undo
/// it.
base::Result<> end_with_parent();

}  // namespace podd::stage1
