// SPDX-License-Identifier: LGPL-2.1-or-later
// What an app's process gives up before it becomes the app.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <linux/filter.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/plan.h"

namespace podd::stage1 {

/// A clean start: signals, session and a session keyring of its own.
base::Result<> reset_process_state();

/// Keeps nothing beyond `capabilities` in the bounding set; sets no_new_privs when `plan` says so.
base::Result<> limit_capabilities(std::uint64_t capabilities);
base::Result<> forbid_new_privileges();

/// Whether a user that is not 0 gets the app's ambient capabilities.
enum class Ambient : bool { kNone, kAsApp };

/// Groups and ids of the app. All capabilities of the user namespace stay until execve(2), for the
/// filter may need them to load; what execve leaves is the bounding set for user 0, and for others
/// the ambient set, which is the same or empty.
base::Result<> become_user(const plan::AppPlan& app, Ambient wanted);

/// A program that was compiled before; see plan::seccomp_file().
class SeccompProgram {
public:
    static base::Result<SeccompProgram> read(int pod_directory, const std::string& app);
    /// `logged`: the kernel writes a record of each call that is refused.
    base::Result<> load(bool logged) const;

private:
    std::vector<sock_filter> instructions_;
};

/// The label that the next execve(2) puts on. Opened while the host's /proc is there, written
/// later.
class ExecLabel {
public:
    static base::Result<ExecLabel> open(const plan::AppPlan& app);
    /// For another process than that which opened it, by a /proc that nobody can have forged.
    base::Result<> open_again();
    base::Result<> apply() const;

private:
    base::UniqueFd selinux_;
    base::UniqueFd apparmor_;
    std::string selinux_label_;
    std::string apparmor_profile_;
};

}  // namespace podd::stage1
