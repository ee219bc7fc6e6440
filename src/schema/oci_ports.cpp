// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/oci_ports.h"

#include <algorithm>
#include <optional>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "schema/json_node.h"

namespace podd::schema {

namespace {

std::optional<std::uint32_t> port_number(std::string_view text) {
    if (text.empty() || text.size() > 5) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9') return std::nullopt;
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (value < 1 || value > 65535) return std::nullopt;
    return value;
}

std::optional<Port> parse_port(std::string_view text) {
    const auto slash = text.find('/');
    const std::string_view numbers = text.substr(0, slash);
    const std::string_view protocol =
        slash == std::string_view::npos ? "tcp" : text.substr(slash + 1);
    if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") return std::nullopt;
    const auto dash = numbers.find('-');
    const auto first = port_number(numbers.substr(0, dash));
    const auto last =
        dash == std::string_view::npos ? first : port_number(numbers.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    const std::string name = *first == *last ? fmt::format("{}-{}", *first, protocol)
                                             : fmt::format("{}-{}-{}", *first, *last, protocol);
    return Port{AcName::parse(name).value(), std::string{protocol},
                static_cast<std::uint16_t>(*first), *last - *first + 1, false};
}

}  // namespace

std::vector<Port> oci_ports(const std::vector<std::string>& exposed,
                            std::vector<std::string>& notes) {
    std::vector<Port> ports;
    std::set<std::string> names;
    for (const auto& text : exposed) {
        auto port = parse_port(text);
        if (!port) {
            notes.push_back(
                fmt::format("exposed port {} is left out: it is no port", quoted(text)));
            continue;
        }
        if (names.insert(port->name.str()).second) ports.push_back(std::move(*port));
    }
    return ports;
}

}  // namespace podd::schema
