// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sandbox/security_module.h"

#include <algorithm>

#include <fmt/format.h>

#include <unistd.h>

#include "base/file.h"

namespace podd::sandbox {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMaxFlag = 16;
constexpr std::size_t kMaxList = std::size_t{1} << 20;

}  // namespace

// The attributes of a process are also there where a kernel knows these modules and was booted
// without them.
Result<> check_apparmor() {
    const auto enabled = base::read_file("/sys/module/apparmor/parameters/enabled", kMaxFlag);
    if (enabled && enabled->starts_with('Y')) return {};
    return Error{ErrorCode::kUnsupported, "this host does not run AppArmor"};
}

Result<> check_selinux() {
    if (::access("/sys/fs/selinux/status", F_OK) == 0) return {};
    return Error{ErrorCode::kUnsupported, "this host does not run SELinux"};
}

Error profile_not_loaded(std::string_view profile) {
    return Error{ErrorCode::kNotFound,
                 fmt::format("AppArmor profile \"{}\" is not loaded on this host", profile)};
}

Result<> check_profile(std::string_view profile) {
    TRY_CONTEXT(check_apparmor(), "AppArmor profile \"{}\"", profile);
    const auto list = base::read_file("/sys/kernel/security/apparmor/profiles", kMaxList);
    if (!list || lists_profile(*list, profile)) return {};
    return profile_not_loaded(profile);
}

bool lists_profile(std::string_view list, std::string_view profile) {
    // What is no profile by itself the kernel judges: none at all, a stack, one of a namespace.
    if (profile == "unconfined" || profile.starts_with(':') ||
        profile.find("//&") != std::string_view::npos)
        return true;
    while (!list.empty()) {
        const auto end = std::min(list.find('\n'), list.size());
        const auto line = list.substr(0, end);
        if (line.substr(0, line.rfind(" (")) == profile) return true;
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return false;
}

}  // namespace podd::sandbox
