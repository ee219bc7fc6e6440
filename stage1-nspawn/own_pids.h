// SPDX-License-Identifier: LGPL-2.1-or-later
// An app's own PID namespace, beneath the pod's. Only who has joined the pod's user namespace may
// make one there, and has lost the rights over what the host has mounted by then; its /proc comes
// from who has kept them. Source: create_pid_namespace() in kernel/pid_namespace.c, Linux 6.1.
#pragma once

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::stage1 {

/// Bears PID 1 of a new PID namespace as a sibling of the caller, in all else its copy, sends its
/// pidfd over `socket` and ends. The call returns in that process, once the other end lets it go
/// on. The pod's user namespace must have been joined.
base::Result<> be_reborn(int socket);

/// Replaces /proc in the caller's mount namespace by that of its PID namespace. The mount namespace
/// must be one that the host's root has made, and the caller of the host's user namespace.
base::Result<> place_proc(bool hide_processes);

/// The same from outside for `process`: a pidfd. Children of the caller are born into its PID
/// namespace from then on.
base::Result<> place_proc_of(int process, bool hide_processes);

/// The number in the caller's PID namespace.
base::Result<pid_t> pid_of(int pidfd);

}  // namespace podd::stage1
