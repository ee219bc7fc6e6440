// SPDX-License-Identifier: LGPL-2.1-or-later
#include "confine.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <linux/magic.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/file.h"
#include "sandbox/security_module.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kSelinuxAttribute = "/proc/thread-self/attr/exec";
constexpr const char* kApparmorAttribute = "/proc/thread-self/attr/apparmor/exec";
constexpr std::size_t kMaxProgramBytes = 4096 * sizeof(sock_filter);  // BPF_MAXINSNS

Result<> set_capabilities(std::uint64_t permitted, std::uint64_t inheritable) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    for (unsigned i = 0; i < 2; ++i) {
        data[i].effective = data[i].permitted = static_cast<std::uint32_t>(permitted >> (32 * i));
        data[i].inheritable = static_cast<std::uint32_t>(inheritable >> (32 * i));
    }
    if (::syscall(SYS_capset, &header, data) < 0) return errno_error("setting capabilities", errno);
    return {};
}

Result<std::uint64_t> permitted_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    if (::syscall(SYS_capget, &header, data) < 0) return errno_error("reading capabilities", errno);
    return std::uint64_t{data[1].permitted} << 32 | data[0].permitted;
}

Result<> raise_ambient(std::uint64_t capabilities) {
    for (unsigned long number = 0; number < 64; ++number)
        if ((capabilities >> number & 1) != 0 &&
            ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number, 0, 0) < 0)
            return errno_error(fmt::format("raising ambient capability {}", number), errno);
    return {};
}

// A forged /proc could take the write and do nothing. Source: CVE-2019-16884.
Result<UniqueFd> open_attribute(const char* path) {
    auto fd = TRY(base::open_path(path, O_WRONLY));
    struct statfs fs{};
    if (::fstatfs(fd.get(), &fs) < 0 || fs.f_type != PROC_SUPER_MAGIC)
        return Error{ErrorCode::kDenied, fmt::format("\"{}\" is not on a proc file system", path)};
    return fd;
}

Result<UniqueFd> open_apparmor() {
    TRY(sandbox::check_apparmor());
    return open_attribute(kApparmorAttribute);
}

Result<UniqueFd> open_selinux() {
    TRY(sandbox::check_selinux());
    return open_attribute(kSelinuxAttribute);
}

}  // namespace

Result<> reset_process_state() {
    for (int number = 1; number < NSIG; ++number)
        (void)::signal(number, SIG_DFL);  // SIGKILL and SIGSTOP refuse, and need none
    sigset_t none;
    (void)::sigemptyset(&none);
    if (const int error = ::pthread_sigmask(SIG_SETMASK, &none, nullptr); error != 0)
        return errno_error("clearing the signal mask", error);
    if (::setsid() < 0) return errno_error("making a session", errno);
    if (::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) < 0 && errno != ENOSYS)
        return errno_error("making a session keyring", errno);
    return {};
}

Result<> limit_capabilities(std::uint64_t capabilities) {
    for (unsigned long number = 0; ::prctl(PR_CAPBSET_READ, number, 0, 0, 0) >= 0; ++number)
        if ((capabilities >> number & 1) == 0 && ::prctl(PR_CAPBSET_DROP, number, 0, 0, 0) < 0)
            return errno_error("limiting capabilities", errno);
    return {};
}

Result<> forbid_new_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return errno_error("forbidding new privileges", errno);
    return {};
}

Result<> become_user(const plan::AppPlan& app, Ambient wanted) {
    if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) return errno_error("keeping capabilities", errno);
    if (::setgroups(app.groups.size(), app.groups.data()) < 0)
        return errno_error("setting supplementary groups", errno);
    if (::setresgid(app.gid, app.gid, app.gid) < 0)
        return errno_error(fmt::format("becoming group {}", app.gid), errno);
    if (::setresuid(app.uid, app.uid, app.uid) < 0)
        return errno_error(fmt::format("becoming user {}", app.uid), errno);
    const auto permitted = TRY(permitted_capabilities());
    const bool none = app.uid == 0 || wanted == Ambient::kNone;
    const auto ambient = none ? 0 : app.ambient.value_or(0) & permitted;
    TRY(set_capabilities(permitted, ambient));
    return raise_ambient(ambient);
}

Result<SeccompProgram> SeccompProgram::read(int pod_directory, const std::string& app) {
    const auto bytes =
        TRY(base::read_file(pod_directory, plan::seccomp_file(app), kMaxProgramBytes));
    if (bytes.empty() || bytes.size() % sizeof(sock_filter) != 0)
        return Error{ErrorCode::kCorrupt,
                     fmt::format("\"{}\" is no seccomp program", plan::seccomp_file(app))};
    SeccompProgram program;
    program.instructions_.resize(bytes.size() / sizeof(sock_filter));
    std::memcpy(program.instructions_.data(), bytes.data(), bytes.size());
    return program;
}

Result<> SeccompProgram::load(bool logged) const {
    const sock_fprog program{static_cast<unsigned short>(instructions_.size()),
                             const_cast<sock_filter*>(instructions_.data())};
    const unsigned flags = logged ? SECCOMP_FILTER_FLAG_LOG : 0;
    if (::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program) < 0)
        return errno_error("loading the seccomp filter", errno);
    return {};
}

Result<ExecLabel> ExecLabel::open(const plan::AppPlan& app) {
    ExecLabel label;
    label.selinux_label_ = app.selinux_label;
    label.apparmor_profile_ = app.apparmor_profile;
    if (!app.selinux_label.empty())
        label.selinux_ = TRY_CONTEXT(open_selinux(), "SELinux label \"{}\"", app.selinux_label);
    if (!app.apparmor_profile.empty())
        label.apparmor_ =
            TRY_CONTEXT(open_apparmor(), "AppArmor profile \"{}\"", app.apparmor_profile);
    return label;
}

Result<> ExecLabel::open_again() {
    if (selinux_)
        selinux_ =
            TRY_CONTEXT(open_attribute(kSelinuxAttribute), "SELinux label \"{}\"", selinux_label_);
    if (apparmor_)
        apparmor_ = TRY_CONTEXT(open_attribute(kApparmorAttribute), "AppArmor profile \"{}\"",
                                apparmor_profile_);
    return {};
}

Result<> ExecLabel::apply() const {
    if (selinux_)
        TRY_CONTEXT(base::write_all(selinux_.get(), selinux_label_), "SELinux label \"{}\"",
                    selinux_label_);
    if (!apparmor_) return {};
    auto done = base::write_all(apparmor_.get(), fmt::format("exec {}", apparmor_profile_));
    if (!done && done.error().sys_errno() == ENOENT)
        return sandbox::profile_not_loaded(apparmor_profile_);
    TRY_CONTEXT(std::move(done), "AppArmor profile \"{}\"", apparmor_profile_);
    return {};
}

}  // namespace podd::stage1
