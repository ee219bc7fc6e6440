// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

namespace podd::stage1 {

/// Makes the moves of processes between cgroups that are to come cheap, beside the caller's work.
/// The first one after a quiet moment waits for an RCU grace period, 10 ms and more; those within
/// another one do not. Whoever starts the sandbox knows that systemd will move the apps soon. If it
/// does not work, nothing is lost but that time.
/// Source: cgroup_procs_write_start() in kernel/cgroup/cgroup.c, rcu_sync_enter() in
/// kernel/rcu/sync.c.
void prepare_cgroup_moves();

}  // namespace podd::stage1
