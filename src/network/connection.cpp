// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/connection.h"

#include <array>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <netinet/in.h>

namespace podd::network {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

Error damaged(std::string_view member) {
    return Error{ErrorCode::kCorrupt, fmt::format("member \"{}\" is damaged or missing", member)};
}

Result<std::string> read_text(const Json& json, std::string_view name) {
    const auto* member = json.find(name);
    if (member == nullptr || member->as_string() == nullptr) return damaged(name);
    return *member->as_string();
}

template <typename Number>
Result<Number> read_number(const Json& json, std::string_view name) {
    const auto* member = json.find(name);
    const auto number = member == nullptr ? std::nullopt : member->as_uint();
    if (!number || *number > std::numeric_limits<Number>::max()) return damaged(name);
    return static_cast<Number>(*number);
}

Result<Port> port_from_json(const Json& json) {
    Port port;
    port.protocol = TRY(read_text(json, "protocol"));
    port.host_ip = TRY(read_text(json, "hostIP"));
    port.host_port = TRY(read_number<std::uint16_t>(json, "hostPort"));
    port.pod_port = TRY(read_number<std::uint16_t>(json, "podPort"));
    const bool address =
        port.host_ip.empty() || base::canonical_address(port.host_ip) == port.host_ip;
    if (!protocol_number(port.protocol) || !address || port.host_port == 0 || port.pod_port == 0)
        return damaged("ports");
    return port;
}

constexpr std::array<std::pair<std::string_view, bool Access::*>, 4> kAccess{
    {{"restricted", &Access::restricted},
     {"pods", &Access::pods},
     {"host", &Access::host},
     {"metadata", &Access::metadata}}};

Result<> set_access(Access& access, const Json& word) {
    for (const auto& [name, member] : kAccess)
        if (word.as_string() != nullptr && *word.as_string() == name) {
            access.*member = true;
            return {};
        }
    return damaged("access");
}

}  // namespace

bool is_pod_name(std::string_view text) {
    constexpr std::size_t kMost = 48;
    return !text.empty() && text.size() <= kMost &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
}

Json to_json(const Port& port) {
    return Json::Object{{"protocol", port.protocol},
                        {"hostIP", port.host_ip},
                        {"hostPort", int{port.host_port}},
                        {"podPort", int{port.pod_port}}};
}

Json to_json(const Access& access) {
    Json::Array words;
    for (const auto& [name, member] : kAccess)
        if (access.*member) words.emplace_back(name);
    return words;
}

Json to_json(const Connection& connection) {
    Json json{Json::Object{{"pod", connection.pod},
                           {"interface", std::uint64_t{connection.interface}},
                           {"ipv4", text(connection.ipv4)}}};
    if (connection.ipv6) json.add("ipv6", text(*connection.ipv6));
    Json::Array ports;
    for (const auto& port : connection.ports)
        ports.push_back(to_json(port));
    json.add("ports", std::move(ports));
    json.add("access", to_json(connection.access));
    if (connection.bandwidth) json.add("bandwidth", *connection.bandwidth);
    if (connection.since) json.add("since", *connection.since);
    return json;
}

Result<std::vector<Port>> ports_from_json(const Json* json) {
    if (json == nullptr || json->as_array() == nullptr) return damaged("ports");
    std::vector<Port> ports;
    for (const auto& one : *json->as_array())
        ports.push_back(TRY(port_from_json(one)));
    return ports;
}

Result<Access> access_from_json(const Json* json) {
    if (json == nullptr || json->as_array() == nullptr) return damaged("access");
    Access access;
    for (const auto& word : *json->as_array())
        TRY(set_access(access, word));
    return access;
}

Result<std::optional<std::uint64_t>> bandwidth_from_json(const Json* json) {
    std::optional<std::uint64_t> limit;
    if (json == nullptr) return limit;
    limit = json->as_uint();
    if (!limit || *limit == 0) return damaged("bandwidth");
    return limit;
}

Result<Connection> connection_from_json(const Json& json) {
    Connection connection;
    connection.pod = TRY(read_text(json, "pod"));
    if (!is_pod_name(connection.pod)) return damaged("pod");
    connection.interface = TRY(read_number<std::uint32_t>(json, "interface"));
    const auto ipv4 = parse_ipv4(TRY(read_text(json, "ipv4")));
    if (!ipv4) return damaged("ipv4");
    connection.ipv4 = *ipv4;
    if (json.find("ipv6") != nullptr) {
        connection.ipv6 = parse_ipv6(TRY(read_text(json, "ipv6")));
        if (!connection.ipv6) return damaged("ipv6");
    }
    connection.ports = TRY(ports_from_json(json.find("ports")));
    // Records of earlier versions have none; pods go on when podd is upgraded.
    if (const auto* access = json.find("access")) connection.access = TRY(access_from_json(access));
    connection.bandwidth = TRY(bandwidth_from_json(json.find("bandwidth")));
    if (json.find("since") != nullptr)
        connection.since = TRY(read_number<std::uint64_t>(json, "since"));
    return connection;
}

std::optional<unsigned> protocol_number(std::string_view protocol) {
    if (protocol == "tcp") return IPPROTO_TCP;
    if (protocol == "udp") return IPPROTO_UDP;
    if (protocol == "sctp") return IPPROTO_SCTP;
    return std::nullopt;
}

bool clash(const Port& one, const Port& other) {
    return one.protocol == other.protocol && one.host_port == other.host_port &&
           base::addresses_overlap(one.host_ip, other.host_ip);
}

}  // namespace podd::network
