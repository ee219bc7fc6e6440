// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/ruleset.h"

#include <algorithm>
#include <set>
#include <utility>

namespace podd::network {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

// Hosts with ten thousands of rules are not rare where Kubernetes runs.
constexpr base::JsonLimits kLimits{std::size_t{256} * 1024 * 1024, 64, 20'000'000};

std::string text_of(const Json& object, std::string_view name) {
    const auto* member = object.find(name);
    return member == nullptr || member->as_string() == nullptr ? std::string{}
                                                               : *member->as_string();
}

ChainName name_of(const Json& object, std::string_view chain) {
    return {text_of(object, "family"), text_of(object, "table"), text_of(object, chain)};
}

bool is_dormant(const Json& table) {
    const auto* flags = table.find("flags");
    if (flags == nullptr) return false;
    if (flags->as_string() != nullptr) return *flags->as_string() == "dormant";
    const auto* list = flags->as_array();
    return list != nullptr && std::any_of(list->begin(), list->end(), [](const Json& flag) {
               return flag.as_string() != nullptr && *flag.as_string() == "dormant";
           });
}

void add_rule(Ruleset& rules, const Json& rule) {
    const auto* statements = rule.find("expr");
    if (statements == nullptr || statements->as_array() == nullptr) return;
    const auto chain = rules.find(name_of(rule, "chain"));
    if (chain != rules.end()) chain->second.rules.push_back(*statements->as_array());
}

}  // namespace

Result<Ruleset> parse_ruleset(std::string_view json) {
    const auto all = TRY(Json::parse(json, kLimits));
    const auto* list = all.find("nftables");
    if (list == nullptr || list->as_array() == nullptr)
        return Error{ErrorCode::kCorrupt, "that is no rule set of nftables"};
    Ruleset rules;
    std::set<std::pair<std::string, std::string>> dormant;
    for (const auto& one : *list->as_array()) {
        if (const auto* table = one.find("table"); table != nullptr && is_dormant(*table))
            dormant.emplace(text_of(*table, "family"), text_of(*table, "name"));
        if (const auto* chain = one.find("chain"))
            rules[name_of(*chain, "name")] = {
                text_of(*chain, "hook"), text_of(*chain, "type"), text_of(*chain, "policy"), {}};
    }
    for (const auto& one : *list->as_array())
        if (const auto* rule = one.find("rule")) add_rule(rules, *rule);
    std::erase_if(rules, [&](const auto& chain) {
        return dormant.contains({std::get<0>(chain.first), std::get<1>(chain.first)});
    });
    return rules;
}

}  // namespace podd::network
