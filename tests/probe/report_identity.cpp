// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iterator>

#include <linux/keyctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"
#include "report.h"

namespace probe {

namespace {

// By number. Source: linux/capability.h.
constexpr const char* kCapabilities[] = {
    "chown",
    "dac_override",
    "dac_read_search",
    "fowner",
    "fsetid",
    "kill",
    "setgid",
    "setuid",
    "setpcap",
    "linux_immutable",
    "net_bind_service",
    "net_broadcast",
    "net_admin",
    "net_raw",
    "ipc_lock",
    "ipc_owner",
    "sys_module",
    "sys_rawio",
    "sys_chroot",
    "sys_ptrace",
    "sys_pacct",
    "sys_admin",
    "sys_boot",
    "sys_nice",
    "sys_resource",
    "sys_time",
    "sys_tty_config",
    "mknod",
    "lease",
    "audit_write",
    "audit_control",
    "setfcap",
    "mac_override",
    "mac_admin",
    "syslog",
    "wake_alarm",
    "block_suspend",
    "audit_read",
    "perfmon",
    "bpf",
    "checkpoint_restore",
};

// "chown kill", sorted by name.
std::string names_of(const std::string& mask) {
    std::vector<std::string> names;
    const auto bits = std::strtoull(mask.c_str(), nullptr, 16);
    for (unsigned number = 0; number < 64; ++number)
        if ((bits >> number & 1U) != 0)
            names.emplace_back(number < std::size(kCapabilities) ? kCapabilities[number]
                                                                 : "unknown");
    std::sort(names.begin(), names.end());
    std::string text;
    for (const auto& name : names)
        (text.empty() ? text : text.append(" ")).append(name);
    return text;
}

std::string capabilities() {
    JsonObject sets;
    sets.add("inheritable", names_of(own_status("CapInh")));
    sets.add("permitted", names_of(own_status("CapPrm")));
    sets.add("effective", names_of(own_status("CapEff")));
    sets.add("bounding", names_of(own_status("CapBnd")));
    sets.add("ambient", names_of(own_status("CapAmb")));
    return sets.str();
}

std::string blanks_for_tabs(std::string text) {
    std::replace(text.begin(), text.end(), '\t', ' ');
    while (!text.empty() && text.back() == ' ')
        text.pop_back();
    return text;
}

// "keyring;0;0;3f130000;_ses", or why it is not said.
std::string session_keyring() {
    char text[256]{};
    const long n =
        ::syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text, sizeof text);
    return n < 0 ? outcome(false, errno) : std::string{text};
}

}  // namespace

std::string key_of_systemd() {
    const long key =
        ::syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "invocation_id", 0);
    return outcome(key >= 0, errno);
}

void add_identity(JsonObject& to) {
    JsonObject ids;
    ids.add("users", blanks_for_tabs(own_status("Uid")));  // real, effective, saved, of files
    ids.add("groups", blanks_for_tabs(own_status("Gid")));
    ids.add("more", blanks_for_tabs(own_status("Groups")));
    to.add_json("ids", ids.str());
    to.add_json("capabilities", capabilities());
    to.add("securebits", std::to_string(::prctl(PR_GET_SECUREBITS)));
    to.add("no_new_privs", own_status("NoNewPrivs"));
    to.add("seccomp", own_status("Seccomp"));
    to.add("seccomp_filters", own_status("Seccomp_filters"));
    to.add("label", read_text("/proc/self/attr/current").c_str());
    to.add("keyring", session_keyring());
    to.add("key_of_systemd", key_of_systemd());
}

}  // namespace probe
