// SPDX-License-Identifier: LGPL-2.1-or-later
// appc's seccomp isolators. Source: appc spec 0.8.11, ace.md "os/linux/seccomp-remove-set" and
// "-retain-set"; the names of rkt's wildcards are taken over.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include <fmt/format.h>

#include "sandbox/seccomp.h"
#include "sandbox/seccomp_groups.h"

namespace podd::sandbox {

namespace {

constexpr std::string_view kAll = "@appc.io/all";
constexpr std::string_view kEmpty = "@appc.io/empty";
constexpr std::string_view kDefaultLists[] = {"@docker/default-whitelist", "@rkt/default-whitelist",
                                              "@systemd/default-whitelist"};
constexpr std::string_view kDefaultBlacklists[] = {"@docker/default-blacklist",
                                                   "@rkt/default-blacklist"};
constexpr int kMaxErrno = 133;  // EHWPOISON; the kernel's own limit is 4095

base::Error refuse(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

base::Result<SeccompAction> blocked_action(std::string_view errno_name) {
    if (errno_name.empty()) return SeccompAction::kill();
    for (int number = 1; number <= kMaxErrno; ++number) {
        const char* name = ::strerrorname_np(number);
        if (name != nullptr && errno_name == name) return SeccompAction::fail(number);
    }
    if (errno_name == "EWOULDBLOCK") return SeccompAction::fail(EWOULDBLOCK);
    if (errno_name == "EDEADLOCK") return SeccompAction::fail(EDEADLOCK);
    if (errno_name == "EOPNOTSUPP") return SeccompAction::fail(EOPNOTSUPP);
    return refuse(fmt::format("seccomp: \"{}\" is no errno name that is known here", errno_name));
}

template <std::size_t N>
bool among(const std::string_view (&names)[N], std::string_view name) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

// What is open by default, for retain-sets that start from it.
void add_default_list(std::vector<std::string>& calls, std::uint64_t capabilities) {
    for (const auto& rule : default_policy(capabilities).rules)
        if (rule.action == SeccompAction::allow()) calls.push_back(rule.syscall);
}

base::Result<std::vector<std::string>> expand(const std::vector<std::string>& set,
                                              std::uint64_t capabilities) {
    std::vector<std::string> calls;
    for (const auto& entry : set) {
        if (!entry.starts_with("@"))
            calls.push_back(entry);
        else if (among(kDefaultLists, entry))
            add_default_list(calls, capabilities);
        else if (const auto group = wildcard_group(entry); !group.empty())
            for (const auto name : group)
                calls.emplace_back(name);
        else if (!among(kDefaultBlacklists, entry))
            return refuse(fmt::format("seccomp: the wildcard \"{}\" is not known here", entry));
    }
    return calls;
}

bool contains(const std::vector<std::string>& set, std::string_view entry) {
    return std::find(set.begin(), set.end(), entry) != set.end();
}

// Open is what is listed. The default list comes with its denials, but a call that is also listed
// by its name is open for every argument. With it comes as well that clone3 does not exist: libc
// falls back to clone, where any other answer would cost every program its threads.
SeccompPolicy retain_policy(const std::vector<std::string>& set,
                            const std::vector<std::string>& calls, SeccompAction blocked,
                            std::uint64_t capabilities) {
    SeccompPolicy policy;
    policy.other = policy.unknown = blocked;
    for (const auto name : lifecycle_group())
        policy.rules.push_back({std::string{name}, SeccompAction::allow()});
    for (const auto& name : calls)
        policy.rules.push_back({name, SeccompAction::allow()});
    const bool starts_from_default = std::any_of(
        set.begin(), set.end(), [](const auto& entry) { return among(kDefaultLists, entry); });
    if (!starts_from_default) return policy;
    policy.rules.push_back({"clone3", SeccompAction::fail(ENOSYS)});
    policy.denials = default_policy(capabilities).denials;
    std::erase_if(policy.denials,
                  [&](const auto& denial) { return contains(set, denial.syscall); });
    return policy;
}

// Shut is what is listed, and all that the default policy shuts: the specification's "default
// blacklist".
SeccompPolicy remove_policy(const std::vector<std::string>& calls, SeccompAction blocked,
                            std::uint64_t capabilities) {
    auto policy = default_policy(capabilities);
    policy.cache_name.clear();
    std::vector<SeccompRule> rules;  // in front: the first rule for a call is the one that counts
    rules.reserve(calls.size() + policy.rules.size());
    for (const auto& name : calls)
        rules.push_back({name, blocked});
    rules.insert(rules.end(), policy.rules.begin(), policy.rules.end());
    policy.rules = std::move(rules);
    return policy;
}

// What each call with a rule meets: the first one counts.
std::map<std::string_view, SeccompAction> actions_of(const SeccompPolicy& policy) {
    std::map<std::string_view, SeccompAction> actions;
    for (const auto& rule : policy.rules)
        actions.emplace(rule.syscall, rule.action);
    return actions;
}

bool keeps_denials(const SeccompPolicy& policy, const SeccompPolicy& other,
                   std::string_view syscall) {
    const auto& kept = policy.denials;
    return std::all_of(other.denials.begin(), other.denials.end(), [&](const auto& denial) {
        return denial.syscall != syscall ||
               std::find(kept.begin(), kept.end(), denial) != kept.end();
    });
}

}  // namespace

bool lets_more_through(const SeccompPolicy& policy, const SeccompPolicy& other) {
    const auto allow = SeccompAction::allow();
    if ((policy.other == allow && other.other != allow) ||
        (policy.unknown == allow && other.unknown != allow))
        return true;
    const auto others = actions_of(other);
    const auto refuses = [&](std::string_view syscall) {
        const auto found = others.find(syscall);
        return (found == others.end() ? other.other : found->second) != allow;
    };
    for (const auto& [syscall, action] : actions_of(policy))
        if (action == allow && (refuses(syscall) || !keeps_denials(policy, other, syscall)) &&
            syscall_number(syscall))
            return true;
    return false;
}

base::Result<std::optional<SeccompPolicy>> isolator_policy(bool retain,
                                                           const std::vector<std::string>& set,
                                                           std::string_view errno_name,
                                                           std::uint64_t capabilities) {
    const auto blocked = TRY(blocked_action(errno_name));
    if (set.empty()) return refuse("seccomp: the set is empty");
    if (contains(set, retain ? kEmpty : kAll))
        return refuse(fmt::format("seccomp: \"{}\" has no meaning in a {}-set",
                                  retain ? kEmpty : kAll, retain ? "retain" : "remove"));
    if (retain && contains(set, kAll)) return std::optional<SeccompPolicy>{};
    if (!retain && contains(set, kEmpty)) return std::optional{default_policy(capabilities)};

    const auto calls = TRY(expand(set, capabilities));
    return std::optional{retain ? retain_policy(set, calls, blocked, capabilities)
                                : remove_policy(calls, blocked, capabilities)};
}

}  // namespace podd::sandbox
