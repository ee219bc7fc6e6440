// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/sysctl.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "schema/isolators.h"

namespace podd::schema {

using base::Result;

namespace {

// Source: ipc_namespaces(7), network_namespaces(7), uts_namespaces(7). All others are the host's.
constexpr std::array<std::string_view, 9> kNames{
    "kernel.domainname", "kernel.msgmax", "kernel.msgmnb",          "kernel.msgmni", "kernel.sem",
    "kernel.shmall",     "kernel.shmmax", "kernel.shm_rmid_forced", "kernel.shmmni"};
constexpr std::array<std::string_view, 2> kGroups{"fs.mqueue.", "net."};
constexpr std::size_t kMaxValue = 1024;

// Words with dots between them: the name becomes a path beneath /proc/sys.
bool is_plain(std::string_view name) {
    char before = '.';
    for (const char c : name) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
                            c == '-' || (c >= 'A' && c <= 'Z');
        if (!letter && (c != '.' || before == '.')) return false;
        before = c;
    }
    return before != '.';
}

Result<void> check_name(std::string_view name, bool own_network) {
    if (name == "kernel.hostname")
        return found_wanted(quoted(name), "the annotation \"podd.org/hostname\" instead");
    const bool known = std::find(kNames.begin(), kNames.end(), name) != kNames.end() ||
                       std::any_of(kGroups.begin(), kGroups.end(),
                                   [&](std::string_view group) { return name.starts_with(group); });
    if (!known || !is_plain(name))
        return found_wanted(quoted(name),
                            "a parameter of a pod's own namespaces: net.*, fs.mqueue.*, "
                            "kernel.shm*, kernel.msg*, kernel.sem or kernel.domainname");
    if (!own_network && name.starts_with("net."))
        return found_wanted(
            quoted(name) +
                ", not the pod's own where \"podd.org/network\" is \"host\" or \"ns:PATH\"",
            "a parameter of a pod's own namespaces");
    return {};
}

Result<void> check_value(std::string_view value) {
    const bool good = std::all_of(value.begin(), value.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f;
    });
    if (!good || value.empty() || value.size() > kMaxValue)
        return found_wanted(quoted(value), "one line of text of at most 1024 bytes");
    return {};
}

}  // namespace

Result<void> check_sysctls(const JsonNode& node, const PodManifest& manifest,
                           const PodSettings& settings) {
    const JsonNode list = TRY(node.member("isolators"));
    for (std::size_t i = 0; i < manifest.isolators.size(); ++i) {
        const auto isolator = TRY(isolator_value(manifest.isolators[i]));
        const auto* sysctl = std::get_if<SysctlIsolator>(&isolator);
        if (sysctl == nullptr) continue;
        const JsonNode element = list.element(i);
        const JsonNode value = TRY(element.member("value"));
        for (const auto& [name, text] : sysctl->values) {
            auto good = check_name(name, !is_shared(settings.network));
            if (good) good = check_value(text);
            if (!good) return value.here(std::move(good).error());
        }
    }
    return {};
}

Result<StringMap> pod_sysctls(const PodManifest& manifest) {
    StringMap all;
    for (const auto& one : manifest.isolators) {
        const auto isolator = TRY(isolator_value(one));
        if (const auto* sysctl = std::get_if<SysctlIsolator>(&isolator))
            all.insert(all.end(), sysctl->values.begin(), sysctl->values.end());
    }
    return all;
}

}  // namespace podd::schema
