// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/isolators.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "schema/app_json.h"
#include "schema/isolator_json.h"

namespace podd::schema {

using base::Result;

namespace {

using Kind = ResourceIsolator::Kind;

Result<IsolatorValue> read_resource(const JsonNode& node, Kind kind) {
    const bool bounded = kind == Kind::kCpu || kind == Kind::kMemory;
    const JsonNode is_default = TRY(node.member("default"));
    const bool flag = TRY(read_flag(node, "default"));
    if (bounded && flag) return is_default.refuse("no \"default\" for cpu and memory");
    if (!bounded && !flag)
        return is_default.refuse("true: appc has no other form of this isolator");
    ResourceIsolator isolator{.kind = kind};
    isolator.request = TRY(read_optional(node, "request", read_quantity));
    isolator.limit = TRY(read_optional(node, "limit", read_quantity));
    if (!bounded) {
        const JsonNode request = TRY(node.member("request"));
        const JsonNode limit = TRY(node.member("limit"));
        if (isolator.request) return request.refuse("no \"request\": only \"limit\"");
        if (!isolator.limit) return limit.refuse("a quantity such as \"2M\"");
    }
    if (isolator.request && isolator.limit && *isolator.request > *isolator.limit)
        isolator.request = isolator.limit;
    return IsolatorValue{isolator};
}

Result<std::vector<std::string>> read_set(const JsonNode& node) {
    auto set = TRY(read_texts(node, "set"));
    const JsonNode list = TRY(node.member("set"));
    if (set.empty()) return list.refuse("a list of at least one name");
    for (std::size_t index = 0; index < set.size(); ++index)
        if (set[index].empty()) return list.element(index).refuse("a name");
    return set;
}

Result<IsolatorValue> read_capabilities(const JsonNode& node, bool retain) {
    auto set = TRY(read_set(node));
    return IsolatorValue{CapabilitiesIsolator{retain, std::move(set)}};
}

bool is_errno_name(std::string_view text) {
    return text.starts_with('E') && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
           });
}

Result<IsolatorValue> read_seccomp(const JsonNode& node, bool retain) {
    auto set = TRY(read_set(node));
    const JsonNode list = TRY(node.member("set"));
    TRY(check_unique(
        list, set, [](const std::string& name) -> std::string_view { return name; }, "name"));
    // The spec gives these two wildcards a meaning in one kind of set only.
    const std::string_view misplaced = retain ? "@appc.io/empty" : "@appc.io/all";
    const auto hit = std::find(set.begin(), set.end(), misplaced);
    if (hit != set.end())
        return list.element(static_cast<std::size_t>(hit - set.begin()))
            .refuse(retain ? "this wildcard in a remove-set only"
                           : "this wildcard in a retain-set only");
    auto errno_name = TRY(read_text_or_empty(node, "errno"));
    const JsonNode errno_node = TRY(node.member("errno"));
    if (!errno_name.empty() && !is_errno_name(errno_name))
        return errno_node.refuse("the name of an error such as \"EPERM\"");
    return IsolatorValue{SeccompIsolator{retain, std::move(set), std::move(errno_name)}};
}

Result<IsolatorValue> read_no_new_privileges(const JsonNode& node) {
    const bool on = TRY(node.boolean());
    return IsolatorValue{NoNewPrivilegesIsolator{on}};
}

Result<std::string> read_selinux_part(const JsonNode& node, std::string_view name) {
    const JsonNode part = TRY(node.member(name));
    const std::string_view wanted =
        name == "level" ? "a text that is not empty" : "a text without \":\" that is not empty";
    std::string text = TRY(part.text(wanted));
    if (text.empty() || (name != "level" && text.find(':') != std::string::npos))
        return part.refuse(wanted);
    return text;
}

Result<IsolatorValue> read_selinux(const JsonNode& node) {
    SelinuxIsolator isolator;
    isolator.user = TRY(read_selinux_part(node, "user"));
    isolator.role = TRY(read_selinux_part(node, "role"));
    isolator.type = TRY(read_selinux_part(node, "type"));
    isolator.level = TRY(read_selinux_part(node, "level"));
    return IsolatorValue{std::move(isolator)};
}

Result<IsolatorValue> read_apparmor(const JsonNode& node) {
    const JsonNode profile = TRY(node.member("profile"));
    std::string text = TRY(profile.text("the name of a profile"));
    if (text.empty()) return profile.refuse("the name of a profile");
    return IsolatorValue{ApparmorIsolator{std::move(text)}};
}

Result<IsolatorValue> read_oom_score_adj(const JsonNode& node) {
    const auto value = node.json().as_int();
    if (!value || *value < -1000 || *value > 1000)
        return node.refuse("an integer from -1000 to 1000");
    return IsolatorValue{OomScoreAdjIsolator{static_cast<int>(*value)}};
}

Result<IsolatorValue> read_cpu_shares(const JsonNode& node) {
    const auto shares = TRY(node.natural(2, 262144));
    return IsolatorValue{CpuSharesIsolator{static_cast<std::uint32_t>(shares)}};
}

Result<IsolatorValue> read_sysctl(const JsonNode& node) {
    SysctlIsolator isolator;
    const auto* members = TRY(node.object());
    for (const auto& member : *members)
        isolator.values.emplace_back(member.first, TRY(node.child(member).text()));
    return IsolatorValue{std::move(isolator)};
}

template <Kind kind>
Result<IsolatorValue> resource(const JsonNode& node) {
    return read_resource(node, kind);
}
template <Result<IsolatorValue> (*read)(const JsonNode&, bool), bool retain>
Result<IsolatorValue> set_of(const JsonNode& node) {
    return read(node, retain);
}

struct Known {
    std::string_view name;
    Result<IsolatorValue> (*read)(const JsonNode&);
};

constexpr std::array kKnown{
    Known{"resource/cpu", resource<Kind::kCpu>},
    Known{"resource/memory", resource<Kind::kMemory>},
    Known{"resource/block-bandwidth", resource<Kind::kBlockBandwidth>},
    Known{"resource/block-iops", resource<Kind::kBlockIops>},
    Known{"resource/network-bandwidth", resource<Kind::kNetworkBandwidth>},
    Known{"os/linux/capabilities-retain-set", set_of<read_capabilities, true>},
    Known{"os/linux/capabilities-remove-set", set_of<read_capabilities, false>},
    Known{"os/linux/seccomp-retain-set", set_of<read_seccomp, true>},
    Known{"os/linux/seccomp-remove-set", set_of<read_seccomp, false>},
    Known{"os/linux/no-new-privileges", read_no_new_privileges},
    Known{"os/linux/selinux-context", read_selinux},
    Known{"os/linux/apparmor-profile", read_apparmor},
    Known{"os/linux/oom-score-adj", read_oom_score_adj},
    Known{"os/linux/cpu-shares", read_cpu_shares},
    Known{"os/unix/sysctl", read_sysctl},
};

const Known* find_known(std::string_view name) {
    const auto hit = std::find_if(kKnown.begin(), kKnown.end(),
                                  [&](const Known& known) { return known.name == name; });
    return hit == kKnown.end() ? nullptr : &*hit;
}

}  // namespace

// "64Mi" or 67108864; blanks around a quantity in a string are cut, as the reference parser does.
Result<Quantity> read_quantity(const JsonNode& node) {
    if (!node.json().is_number()) {
        std::string text = TRY(node.text("a quantity such as \"64Mi\""));
        const auto first = text.find_first_not_of(" \t\r\n");
        const auto last = text.find_last_not_of(" \t\r\n");
        text = first == std::string::npos ? "" : text.substr(first, last - first + 1);
        auto quantity = Quantity::parse(text);
        if (!quantity) return node.here(std::move(quantity).error());
        return quantity;
    }
    auto quantity = Quantity::parse(node.json().str());
    if (!quantity) return node.refuse("a quantity that is not negative");
    return quantity;
}

Result<IsolatorValue> read_isolator_value(std::string_view name, const JsonNode& value) {
    if (name.starts_with(kOwnIsolators)) return read_unit_isolator(name, value);
    const Known* known = find_known(name);
    if (known == nullptr) return IsolatorValue{UnknownIsolator{}};
    return known->read(value);
}

std::string selinux_label(const SelinuxIsolator& isolator) {
    return fmt::format("{}:{}:{}:{}", isolator.user, isolator.role, isolator.type, isolator.level);
}

Result<IsolatorValue> isolator_value(const Isolator& isolator) {
    const JsonNode node{isolator.value};
    return read_isolator_value(isolator.name.str(), node);
}

}  // namespace podd::schema
