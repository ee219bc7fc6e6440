// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/listing.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include "network/shaping.h"

namespace podd::network {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

const SeenInterface* find(const std::vector<SeenInterface>& interfaces, const std::string& name) {
    const auto found = std::find_if(interfaces.begin(), interfaces.end(),
                                    [&](const auto& one) { return one.name == name; });
    return found == interfaces.end() ? nullptr : &*found;
}

// What there should be and is not.
std::vector<std::string> missing(const Connection& record,
                                 const std::vector<SeenInterface>& interfaces, bool without_rules) {
    std::vector<std::string> problems;
    const auto name = link_name(record.pod);
    const auto* link = find(interfaces, name);
    if (link == nullptr || link->index != record.interface)
        problems.emplace_back("its link is gone");
    const auto limiter = shaping_name(record.pod);
    if (record.bandwidth && find(interfaces, limiter) == nullptr)
        problems.push_back(fmt::format("\"{}\", which limits it, is gone", limiter));
    if (without_rules) problems.emplace_back("its rules are gone");
    return problems;
}

ListedLink from_record(const Connection& record, const std::vector<SeenInterface>& interfaces,
                       bool without_rules) {
    ListedLink one;
    one.pod = record.pod;
    one.restricted = record.access.restricted;
    one.link = link_name(record.pod);
    one.addresses.push_back(network::text(record.ipv4));
    if (record.ipv6) one.addresses.push_back(network::text(*record.ipv6));
    one.ports = record.ports;
    one.bandwidth = record.bandwidth;
    one.since = record.since;
    one.problems = missing(record, interfaces, without_rules);
    return one;
}

bool belongs_to(const SeenInterface& interface, const Connection& record) {
    return interface.name == link_name(record.pod) ||
           (record.bandwidth && interface.name == shaping_name(record.pod));
}

Result<std::vector<std::string>> texts_from_json(const Json* json) {
    std::vector<std::string> texts;
    if (json == nullptr || json->as_array() == nullptr)
        return Error{ErrorCode::kCorrupt, "a list of texts is damaged or missing"};
    for (const auto& one : *json->as_array()) {
        if (one.as_string() == nullptr)
            return Error{ErrorCode::kCorrupt, "a list of texts is damaged"};
        texts.push_back(*one.as_string());
    }
    return texts;
}

Json to_json(const ListedLink& link) {
    Json json{
        Json::Object{{"pod", link.pod}, {"restricted", link.restricted}, {"link", link.link}}};
    json.add("addresses", Json::Array(link.addresses.begin(), link.addresses.end()));
    Json::Array ports;
    for (const auto& port : link.ports)
        ports.push_back(to_json(port));
    json.add("ports", std::move(ports));
    if (link.bandwidth) json.add("bandwidth", *link.bandwidth);
    if (link.since) json.add("since", *link.since);
    json.add("problems", Json::Array(link.problems.begin(), link.problems.end()));
    return json;
}

Result<ListedLink> link_from_json(const Json& json) {
    const auto* pod = json.find("pod");
    const auto* name = json.find("link");
    if (pod == nullptr || pod->as_string() == nullptr || name == nullptr ||
        name->as_string() == nullptr)
        return Error{ErrorCode::kCorrupt, "a link has no name"};
    ListedLink link;
    link.pod = *pod->as_string();
    link.link = *name->as_string();
    const auto* restricted = json.find("restricted");
    link.restricted =
        restricted != nullptr && restricted->as_bool() != nullptr && *restricted->as_bool();
    link.addresses = TRY(texts_from_json(json.find("addresses")));
    link.ports = TRY(ports_from_json(json.find("ports")));
    link.bandwidth = TRY(bandwidth_from_json(json.find("bandwidth")));
    if (const auto* since = json.find("since")) link.since = since->as_uint();
    link.problems = TRY(texts_from_json(json.find("problems")));
    return link;
}

}  // namespace

std::vector<ListedLink> listed_links(const std::vector<Connection>& records,
                                     const std::vector<SeenInterface>& interfaces,
                                     const std::vector<std::string>& without_rules) {
    std::vector<ListedLink> links;
    for (const auto& record : records) {
        const bool bare = std::find(without_rules.begin(), without_rules.end(), record.pod) !=
                          without_rules.end();
        links.push_back(from_record(record, interfaces, bare));
    }
    for (const auto& interface : interfaces) {
        if (std::any_of(records.begin(), records.end(),
                        [&](const auto& record) { return belongs_to(interface, record); }))
            continue;
        ListedLink left;
        left.pod = interface.pod;
        left.link = interface.name;
        left.addresses = interface.addresses;
        left.problems.emplace_back("nothing is recorded of it");
        links.push_back(std::move(left));
    }
    std::sort(links.begin(), links.end(), [](const auto& one, const auto& other) {
        return std::tie(one.pod, one.link) < std::tie(other.pod, other.link);
    });
    return links;
}

std::string to_text(const std::vector<ListedLink>& links) {
    Json::Array list;
    for (const auto& link : links)
        list.push_back(to_json(link));
    return Json{std::move(list)}.str();
}

Result<std::vector<ListedLink>> parse_links(std::string_view text) {
    const auto json = TRY(Json::parse(text, {kMaxListing, 8, 4'000'000}));
    if (json.as_array() == nullptr) return Error{ErrorCode::kCorrupt, "that is no list of links"};
    std::vector<ListedLink> links;
    for (const auto& one : *json.as_array())
        links.push_back(TRY(link_from_json(one)));
    return links;
}

}  // namespace podd::network
