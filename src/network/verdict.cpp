// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/verdict.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/number.h"
#include "network/address.h"

namespace podd::network {

using base::Json;

namespace {

// The kernel's own limit. Source: NFT_JUMP_STACK_SIZE.
constexpr int kMostJumps = 16;

// Whether it is so; nothing: nobody can know.
using Known = std::optional<bool>;

struct Prefix {
    std::uint32_t address = 0;
    std::uint32_t mask = 0;
};

std::optional<Prefix> prefix_of(std::string_view address, unsigned length) {
    const auto parsed = parse_ipv4(address);
    if (!parsed || length > 32) return std::nullopt;
    std::uint32_t number = 0;
    for (const auto byte : *parsed)
        number = number << 8U | byte;
    const auto mask =
        length == 0 ? 0U : static_cast<std::uint32_t>(0xFFFFFFFFULL << (32U - length));
    return Prefix{number & mask, mask};
}

std::optional<Prefix> parse_prefix(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return prefix_of(text, 32);
    const auto length = base::parse_number<unsigned>(text.substr(slash + 1));
    return length ? prefix_of(text.substr(0, slash), *length) : std::nullopt;
}

// "10.0.0.1", or {"prefix": {"addr": "10.0.0.0", "len": 8}}.
std::optional<Prefix> prefix_of(const Json& value) {
    if (value.as_string() != nullptr) return parse_prefix(*value.as_string());
    const auto* prefix = value.find("prefix");
    const auto* address = prefix == nullptr ? nullptr : prefix->find("addr");
    const auto length = prefix == nullptr || prefix->find("len") == nullptr
                            ? std::nullopt
                            : prefix->find("len")->as_uint();
    if (address == nullptr || address->as_string() == nullptr || !length || *length > 32)
        return std::nullopt;
    return prefix_of(*address->as_string(), static_cast<unsigned>(*length));
}

// All, none, or nobody knows which of the packet's.
Known is_within(const std::string& network, const Json& value) {
    const auto ours = parse_prefix(network);
    const auto theirs = prefix_of(value);
    if (!ours || !theirs) return std::nullopt;
    if ((ours->mask & theirs->mask) == theirs->mask)
        return (ours->address & theirs->mask) == theirs->address;
    if ((theirs->address & ours->mask) != ours->address) return false;
    return std::nullopt;  // a part of them
}

// "podd-*" stands for all of ours, which no pattern can tell from each other but by their rest.
Known is_interface(const std::string& name, const Json& value) {
    // What is in a set, as "@trusted", is not looked at.
    if (value.as_string() == nullptr || value.as_string()->starts_with('@')) return std::nullopt;
    std::string_view pattern = *value.as_string();
    const bool any_end = pattern.ends_with('*');
    if (any_end) pattern.remove_suffix(1);
    std::string_view own = name;
    if (!own.ends_with('*')) return any_end ? own.starts_with(pattern) : own == pattern;
    own.remove_suffix(1);
    if (any_end && own.starts_with(pattern)) return true;
    if (pattern.starts_with(own)) return std::nullopt;  // one of ours, or some
    return false;
}

template <typename Test>
Known any_of(const Json& right, Test test) {
    const auto* set = right.find("set");
    if (set == nullptr || set->as_array() == nullptr) return test(right);
    Known found = false;
    for (const auto& one : *set->as_array()) {
        const Known known = test(one);
        if (known == true) return true;
        if (!known) found = std::nullopt;
    }
    return found;
}

bool is_word(const Json& value, std::string_view word) {
    return value.as_string() != nullptr && *value.as_string() == word;
}

std::string member_text(const Json* object, std::string_view name) {
    const auto* member = object == nullptr ? nullptr : object->find(name);
    return member == nullptr || member->as_string() == nullptr ? std::string{}
                                                               : *member->as_string();
}

// A list of words is one of them for "ct", and so is a set.
template <typename Test>
Known any_word(const Json& right, Test test) {
    const auto* list = right.as_array();
    if (list == nullptr) return any_of(right, test);
    return std::any_of(list->begin(), list->end(), [&](const Json& one) { return test(one); });
}

// Lets a part of the packets pass on to what stands behind it: by how many there were, by what
// iptables knows, or as a program says. A set of addresses that have sent too much has such a
// statement itself.
bool is_condition(const Json& statement) {
    constexpr std::string_view kNames[] = {"xt",    "limit", "quota",   "ct count",
                                           "meter", "queue", "synproxy"};
    const auto* set = statement.find("set");
    return (set != nullptr && set->find("stmt") != nullptr) ||
           std::ranges::any_of(kNames, [&](auto name) { return statement.find(name) != nullptr; });
}

class Walk {
public:
    Walk(const Ruleset& rules, const Packet& packet) : rules_{rules}, packet_{packet} {}

    enum class End : unsigned char { kPass, kDrop, kOn };
    End through(const ChainName& name, int jumps) const;

private:
    Known compare(const Json& left, const Json& right) const;
    Known holds(const Json& match) const;
    End statement(const Json& one, const ChainName& chain, int jumps, bool& leave) const;
    End verdict_of(const Json& one, const ChainName& chain, int jumps, bool& leave) const;
    End from_map(const Json& map, const ChainName& chain, int jumps, bool& leave) const;
    End rule(const Json::Array& statements, const ChainName& chain, int jumps, bool& leave) const;

    const Ruleset& rules_;
    const Packet& packet_;
};

Known Walk::compare(const Json& left, const Json& right) const {
    if (const auto* meta = left.find("meta")) {
        const auto key = member_text(meta, "key");
        const bool in = key == "iifname" || key == "iif";
        if (!in && key != "oifname" && key != "oif") return std::nullopt;
        const auto& name = in ? packet_.in : packet_.out;
        return any_of(right, [&](const Json& one) { return is_interface(name, one); });
    }
    if (const auto* payload = left.find("payload")) {
        const auto field = member_text(payload, "field");
        if (member_text(payload, "protocol") != "ip" || (field != "saddr" && field != "daddr"))
            return std::nullopt;
        const auto& network = field == "saddr" ? packet_.source : packet_.target;
        return any_of(right, [&](const Json& one) { return is_within(network, one); });
    }
    const auto key = member_text(left.find("ct"), "key");
    if (key == "state")
        return any_word(right, [](const Json& one) -> bool { return is_word(one, "new"); });
    if (key == "status")
        return any_word(right, [&](const Json& one) -> bool {
            return packet_.translated && is_word(one, "dnat");
        });
    return std::nullopt;
}

Known Walk::holds(const Json& match) const {
    const auto* left = match.find("left");
    const auto* right = match.find("right");
    if (left == nullptr || right == nullptr) return std::nullopt;
    const auto op = member_text(&match, "op");
    const Known same = compare(*left, *right);
    if (op == "==" || op == "in") return same;
    if (op == "!=" && same) return !*same;
    return std::nullopt;
}

// accept, drop, jump…: of a rule, or of an element of a map.
Walk::End Walk::verdict_of(const Json& one, const ChainName& chain, int jumps, bool& leave) const {
    if (one.find("accept") != nullptr) return End::kPass;
    if (one.find("drop") != nullptr || one.find("reject") != nullptr) return End::kDrop;
    leave = leave || one.find("return") != nullptr;
    const auto* jump = one.find("jump");
    const auto* there = jump != nullptr ? jump : one.find("goto");
    if (there == nullptr) return End::kOn;
    leave = leave || jump == nullptr;
    return through({std::get<0>(chain), std::get<1>(chain), member_text(there, "target")},
                   jumps + 1);
}

// {"key": …, "data": {"set": [["established", {"accept": null}], …]}}
Walk::End Walk::from_map(const Json& map, const ChainName& chain, int jumps, bool& leave) const {
    const auto* key = map.find("key");
    const auto* data = map.find("data");
    const auto* set = data == nullptr ? nullptr : data->find("set");
    if (key == nullptr || set == nullptr || set->as_array() == nullptr) return End::kOn;
    for (const auto& element : *set->as_array()) {
        const auto* pair = element.as_array();
        if (pair == nullptr || pair->size() != 2) continue;
        if (compare(*key, (*pair)[0]) != true) continue;
        return verdict_of((*pair)[1], chain, jumps, leave);
    }
    return End::kOn;
}

Walk::End Walk::statement(const Json& one, const ChainName& chain, int jumps, bool& leave) const {
    if (const auto* map = one.find("vmap")) return from_map(*map, chain, jumps, leave);
    return verdict_of(one, chain, jumps, leave);
}

// A condition that nobody can know is not met: the rule is about something else.
Walk::End Walk::rule(const Json::Array& statements, const ChainName& chain, int jumps,
                     bool& leave) const {
    for (const auto& one : statements) {
        const auto* match = one.find("match");
        if (match != nullptr && holds(*match) != true) return End::kOn;
        if (is_condition(one)) return End::kOn;
        const End end = statement(one, chain, jumps, leave);
        if (end != End::kOn || leave) return end;
    }
    return End::kOn;
}

Walk::End Walk::through(const ChainName& name, int jumps) const {
    const auto chain = rules_.find(name);
    if (chain == rules_.end() || jumps > kMostJumps) return End::kOn;
    for (const auto& statements : chain->second.rules) {
        bool leave = false;
        const End end = rule(statements, name, jumps, leave);
        if (end != End::kOn) return end;
        if (leave) break;
    }
    return End::kOn;
}

}  // namespace

Verdict verdict(const Ruleset& rules, const ChainName& chain, const Packet& packet) {
    const auto end = Walk{rules, packet}.through(chain, 0);
    if (end != Walk::End::kOn) return end == Walk::End::kDrop ? Verdict::kDrop : Verdict::kPass;
    const auto found = rules.find(chain);
    const bool drops = found != rules.end() && found->second.policy == "drop";
    return drops ? Verdict::kDrop : Verdict::kPass;
}

}  // namespace podd::network
