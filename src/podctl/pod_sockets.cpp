// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/pod_sockets.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <netinet/in.h>

#include "client/bus_path.h"
#include "client/systemd.h"
#include "podctl/manager.h"
#include "podctl/terminal.h"
#include "unit/names.h"

namespace podd::podctl {

namespace {

using UnitRow =
    sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string,
                  sdbus::ObjectPath, std::uint32_t, std::string, sdbus::ObjectPath>;
using Listen = sdbus::Struct<std::string, std::string>;

std::vector<std::string> names_of(sdbus::IConnection& bus,
                                  const std::vector<std::string>& patterns) {
    const auto rows = client::guarded([&] {
        std::vector<UnitRow> found;
        client::make_proxy(bus, client::kSystemdService, "/org/freedesktop/systemd1")
            ->callMethod("ListUnitsByPatterns")
            .onInterface("org.freedesktop.systemd1.Manager")
            .withArguments(std::vector<std::string>{}, patterns)
            .storeResultsTo(found);
        return found;
    });
    std::vector<std::string> names;
    if (!rows) return names;
    for (const UnitRow& row : *rows)
        names.push_back(std::get<0>(row));
    std::ranges::sort(names);
    return names;
}

// "[::]%lo:8080", as ss(8) has it: what is open at one interface alone shows as such.
std::string address_text(const Listen& listen, const std::string& device, bool sctp) {
    auto text = std::get<1>(listen);
    if (const auto colon = text.rfind(':'); !device.empty() && colon != std::string::npos)
        text.insert(colon, "%" + device);
    if (std::get<0>(listen) == "Datagram") return text + "/udp";
    return sctp ? text + "/sctp" : text;
}

PodSocket load(sdbus::IConnection& bus, const std::string& unit) {
    PodSocket socket;
    socket.unit = unit;
    const std::string path = client::unit_path(unit);
    if (const auto all =
            properties(bus, client::kSystemdService, path, "org.freedesktop.systemd1.Unit")) {
        socket.active_state = property_or<std::string>(*all, "ActiveState", "inactive");
        socket.sub_state = property_or<std::string>(*all, "SubState", "dead");
    }
    const auto own =
        properties(bus, client::kSystemdService, path, "org.freedesktop.systemd1.Socket");
    if (!own) return socket;
    socket.result = property_or<std::string>(*own, "Result", "");
    const auto device = property_or<std::string>(*own, "BindToDevice", "");
    const bool sctp = property_or<std::int32_t>(*own, "SocketProtocol", 0) == IPPROTO_SCTP;
    for (const Listen& listen : property_or<std::vector<Listen>>(*own, "Listen", {}))
        socket.addresses.push_back(address_text(listen, device, sctp));
    return socket;
}

}  // namespace

std::vector<PodSocket> pod_sockets(sdbus::IConnection& bus, const std::string& pod) {
    std::vector<PodSocket> sockets;
    for (const std::string& name : names_of(bus, unit::socket_patterns(pod)))
        sockets.push_back(load(bus, name));
    return sockets;
}

void print_sockets(const std::vector<PodSocket>& sockets) {
    if (sockets.empty()) return;
    fmt::print("{:>10}:\n", "Sockets");
    for (const PodSocket& socket : sockets) {
        const bool failed = socket.active_state == "failed";
        const Style colour = failed                            ? Style::kRed
                             : socket.active_state == "active" ? Style::kGreen
                                                               : Style::kPlain;
        fmt::print("            {}  {}{} ({}){}", printable(socket.unit), style(colour),
                   socket.active_state, socket.sub_state, style(Style::kPlain));
        if (failed)
            fmt::print(" (Result: {}): 'systemctl status {}' says why", socket.result,
                       printable(socket.unit));
        fmt::print("\n");
        for (const std::string& address : socket.addresses)
            fmt::print("              {}\n", printable(address));
    }
}

base::Json as_json(const std::vector<PodSocket>& sockets) {
    base::Json::Array list;
    for (const PodSocket& socket : sockets) {
        base::Json entry;
        entry.add("unit", socket.unit);
        base::Json::Array addresses{socket.addresses.begin(), socket.addresses.end()};
        entry.add("addresses", base::Json{std::move(addresses)});
        entry.add("activeState", socket.active_state);
        entry.add("subState", socket.sub_state);
        entry.add("result", socket.result);
        list.push_back(std::move(entry));
    }
    return base::Json{std::move(list)};
}

}  // namespace podd::podctl
