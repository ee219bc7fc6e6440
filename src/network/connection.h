// SPDX-License-Identifier: LGPL-2.1-or-later
// A pod's place on the network "default"; value ↔ JSON, pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "network/address.h"

namespace podd::network {

/// A port of a pod that the host's addresses lead to.
struct Port {
    std::string protocol;  // "tcp", "udp" or "sctp"
    std::string host_ip;   // see base::opens_ipv4(); loopback is never opened
    std::uint16_t host_port = 0;
    std::uint16_t pod_port = 0;
    bool operator==(const Port&) const = default;
};

/// What a pod may reach by its link. The world, unless it is restricted; of what is closed to all
/// pods, each opens one thing and nothing else.
struct Access {
    bool restricted = false;
    bool pods = false;      // other pods that may do so as well
    bool host = false;      // the host's own services
    bool metadata = false;  // services that tell secrets of a cloud's machine
    bool operator==(const Access&) const = default;
};

/// What is recorded of each pod, so that everything it was given can be taken back.
struct Connection {
    std::string pod;
    std::uint32_t interface = 0;  // index of the host's end
    Ipv4 ipv4{};
    std::optional<Ipv6> ipv6{};  // none: the host has no IPv6
    std::vector<Port> ports;
    Access access{};
    /// Bytes per second, each way, that its link is held to.
    std::optional<std::uint64_t> bandwidth{};
    /// Microseconds of the wall clock; unknown of those that an older version has connected.
    std::optional<std::uint64_t> since{};
    bool operator==(const Connection&) const = default;
};

/// Letters, digits and dashes: the name becomes a part of rules and of paths.
bool is_pod_name(std::string_view text);

base::Json to_json(const Port& port);
base::Json to_json(const Access& access);
base::Json to_json(const Connection& connection);
/// Errors: kCorrupt: these are our own.
base::Result<std::vector<Port>> ports_from_json(const base::Json* json);
base::Result<Access> access_from_json(const base::Json* json);
/// Nothing where there is no such member.
base::Result<std::optional<std::uint64_t>> bandwidth_from_json(const base::Json* json);
base::Result<Connection> connection_from_json(const base::Json& json);

/// As the IP header has it; nothing for one that is not forwarded.
std::optional<unsigned> protocol_number(std::string_view protocol);

/// Two ports that one packet could mean.
bool clash(const Port& one, const Port& other);

}  // namespace podd::network
