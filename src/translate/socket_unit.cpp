// SPDX-License-Identifier: LGPL-2.1-or-later
// What systemd listens at for an app: the first connection starts the pod, the app has the socket.
#include <algorithm>

#include <fmt/format.h>

#include "translate/context.h"
#include "unit/names.h"

namespace podd::translate {

using unit::Section;
using unit::Unit;

namespace {

std::string address_text(std::string_view address, std::uint32_t port) {
    const bool ipv6 = address.find(':') != std::string_view::npos;
    return ipv6 ? fmt::format("[{}]:{}", address, port) : fmt::format("{}:{}", address, port);
}

const char* listen_key(std::string_view protocol) {
    return protocol == "udp" ? "ListenDatagram" : "ListenStream";
}

// Whether sockets of both families stand side by side: "::" is one of IPv6 alone, which a unit can
// only say of all its sockets.
bool are_apart(const Context& context) {
    return std::ranges::any_of(context.activated,
                               [](const auto& port) { return port.host_ip == "::"; });
}

// A port alone is all addresses of both families, or of the one that the host has.
std::string listen_text(const std::string& address, std::uint32_t port) {
    return address.empty() ? fmt::format("{}", port) : address_text(address, port);
}

void set_listen(Section& body, const schema::ActivatedPort& port, bool apart) {
    const auto* key = listen_key(port.protocol);
    for (std::uint32_t i = 0; i < port.count; ++i) {
        const auto number = port.host_port + i;
        if (!port.host_ip.empty() || !apart)
            set(body, key, listen_text(port.host_ip, number));
        else
            for (const auto* every : {"0.0.0.0", "::"})
                set(body, key, address_text(every, number));
    }
}

void set_binding(Section& body, bool apart, bool of_one_address) {
    // Whatever net.ipv6.bindv6only says.
    set(body, "BindIPv6Only", apart ? "ipv6-only" : "both");
    // At boot it listens before the network is up.
    if (of_one_address) set(body, "FreeBind", "yes");
}

Section socket_body(const Context& context, std::size_t app) {
    Section body = section_of("Socket");
    bool of_one_address = false;
    std::string name;
    for (const auto& port : context.activated) {
        if (port.proxied || port.app != app) continue;
        set_listen(body, port, are_apart(context));
        of_one_address = of_one_address || !port.host_ip.empty();
        // One name for all is what a unit can say; "exec" gives each port its own.
        if (name.empty()) name = port.name;
    }
    if (name.empty()) return body;
    set(body, "FileDescriptorName", name);
    set_binding(body, are_apart(context), of_one_address);
    return body;
}

// "Service" is not said: it is the one of the same name, and that is all that a transient socket
// can have.
Section socket_head(const Context& context, std::string_view what) {
    Section head = section_of("Unit");
    describe(head, context, fmt::format("{}: {}", described(context), what));
    set_words(head, "OnFailure", {unit::explain_name(context.name)});
    // A transient pod does not come back, so neither does what starts it stay.
    if (context.transient()) set(head, "StopWhenUnneeded", "yes");
    return head;
}

void add_proxy_unit(std::vector<Unit>& units, const Context& context) {
    Section body = section_of("Socket");
    bool of_one_address = false;
    for (const auto& port : context.activated) {
        if (!port.proxied) continue;
        set_listen(body, port, are_apart(context));
        of_one_address = of_one_address || !port.host_ip.empty();
    }
    if (body.settings.empty()) return;
    set_binding(body, are_apart(context), of_one_address);
    units.push_back(unit_of(unit::proxy_socket_name(context.name),
                            socket_head(context, "socket of its proxy"), std::move(body)));
    units.back().wanted_by = context.settings.wanted_by;
}

Section loopback_body(const Context& context, bool sctp) {
    Section body = section_of("Socket");
    for (const auto& ports : schema::loopback_ports(context.pod.manifest)) {
        if ((ports.protocol == "sctp") != sctp || (sctp && !context.options.sctp)) continue;
        if (ports.address == "::1" && !context.options.ipv6) continue;
        for (auto port = ports.first; port <= ports.last; ++port)
            set(body, listen_key(ports.protocol), listen_text(ports.address, port));
    }
    if (body.settings.empty()) return body;
    if (sctp)
        set(body, "SocketProtocol", "sctp");
    else
        // One socket for each port where it can be: for each of them systemd forks, which takes the
        // longer the more units it knows. Source: socket_address_listen_in_cgroup().
        set(body, "BindToDevice", "lo");
    // Also where the loopback device has no ::1.
    set_binding(body, false, true);
    return body;
}

// It goes with the sandbox, which alone needs it: who comes then is refused, as at the host's other
// addresses.
void add_loopback_unit(std::vector<Unit>& units, const Context& context, bool sctp) {
    auto body = loopback_body(context, sctp);
    if (body.settings.empty()) return;
    Section head = section_of("Unit");
    describe(head, context,
             fmt::format("{}: its {}ports at loopback addresses", described(context),
                         sctp ? "SCTP " : ""));
    set_words(head, "OnFailure", {unit::explain_name(context.name)});
    set(head, "StopWhenUnneeded", "yes");
    const auto name =
        sctp ? unit::sctp_loopback_name(context.name) : unit::loopback_name(context.name);
    units.push_back(unit_of(name, std::move(head), std::move(body)));
}

}  // namespace

std::vector<Unit> socket_units(const Context& context) {
    std::vector<Unit> units;
    for (std::size_t i = 0; i < context.pod.manifest.apps.size(); ++i) {
        auto body = socket_body(context, i);
        if (body.settings.empty()) continue;
        const auto& app = context.pod.manifest.apps[i].name.str();
        units.push_back(unit_of(unit::socket_name(context.name, app),
                                socket_head(context, "socket of app " + app), std::move(body)));
        units.back().wanted_by = context.settings.wanted_by;
    }
    add_proxy_unit(units, context);
    for (const bool sctp : {false, true})
        add_loopback_unit(units, context, sctp);
    return units;
}

}  // namespace podd::translate
