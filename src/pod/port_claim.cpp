// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/port_claim.h"

#include <chrono>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "base/lock.h"
#include "pod/attachments.h"
#include "pod/id_range.h"
#include "pod/taken_ports.h"
#include "schema/exposed_port.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;
using plan::PortPlan;

namespace {

// Far more than a look takes.
constexpr std::chrono::seconds kPatience{10};

struct Wanted {
    std::vector<PortPlan> forwarded;
    std::vector<PortPlan> activated;  // systemd listens there already
    std::vector<schema::LoopbackPorts> loopback;
    Forwarder forwarder = Forwarder::kPodd;

    // All of it, where podd-network.service does not compare what it forwards itself.
    Held held() const {
        return forwarder == Forwarder::kPodd && activated.empty() ? Held::kByPlugins
                                                                  : Held::kForwarded;
    }
};

Wanted wanted_ports(const plan::PodPlan& plan, const std::optional<network::Attachments>& networks,
                    const schema::PodManifest& manifest) {
    Wanted wanted;
    if (plan.ports) {
        wanted.forwarded = *plan.ports;
    } else if (networks) {
        wanted.forwarded = told_ports(*networks);
        wanted.forwarder = Forwarder::kPlugins;
    }
    wanted.loopback = schema::loopback_ports(manifest);
    for (const auto& port : schema::activated_ports(manifest))
        for (std::uint32_t i = 0; i < port.count; ++i)
            wanted.activated.push_back(
                {port.protocol, port.host_ip, static_cast<std::uint16_t>(port.host_port + i), 0});
    return wanted;
}

Error taken(std::string why) {
    return Error{ErrorCode::kConflict, std::move(why)};
}

Result<> check_pods(const std::string& pod, const Wanted& wanted) {
    for (const auto& other : held_ports(pod, wanted.held()))
        for (const auto* ports : {&wanted.forwarded, &wanted.activated})
            // A pod that was killed with all that belongs to it leaves its plan.
            if (const auto found = find_holder(*ports, {other});
                found && is_range_held(other.uid_base))
                return taken(taken_by_pod(*found->port, other.pod));
    return {};
}

// systemd listens for pods as well, be they running or not.
Error taken_by_socket(const std::string& pod, const Deprived& found) {
    const auto others = held_ports(pod);
    if (const auto holder = find_holder({*found.port}, others))
        return taken(taken_by_pod(*found.port, holder->pod->pod));
    return taken(taken_by_program(*found.port, holder_of(found.socket->inode)));
}

// Of UDP systemd gets a socket also where somebody has one at the same address, if that shares the
// port, and from then on what is sent to him.
Result<> check_loopback(const std::vector<HostSocket>& sockets, const Wanted& wanted) {
    for (const auto& socket : sockets)
        for (const auto& ports : wanted.loopback)
            if (socket.protocol == "udp" && is_at(socket, ports) &&
                !may_stand_beside(socket, ports) && !is_of_systemd(socket.inode))
                return taken(taken_by_program({socket.protocol, {}, socket.port, 0},
                                              holder_of(socket.inode)));
    return {};
}

Result<> check_sockets(const std::string& pod, const Wanted& wanted,
                       std::vector<std::string>& warnings) {
    std::set<std::string_view> protocols;
    for (const auto& port : wanted.forwarded)
        protocols.insert(port.protocol);
    for (const auto protocol : protocols) {
        const auto sockets = host_sockets(protocol);
        if (!sockets)
            warnings.push_back(
                fmt::format("whether a program of this host has its {} ports is not "
                            "known: {}",
                            protocol, sockets.error().message()));
        else if (const auto found = find_deprived(wanted.forwarded, *sockets, wanted.forwarder))
            return taken_by_socket(pod, *found);
        else
            TRY(check_loopback(*sockets, wanted));
    }
    return {};
}

}  // namespace

Result<UniqueFd> claim_ports(const plan::PodPlan& plan,
                             const std::optional<network::Attachments>& networks,
                             const schema::PodManifest& manifest,
                             std::vector<std::string>& warnings) {
    const auto wanted = wanted_ports(plan, networks, manifest);
    if (wanted.forwarded.empty() && wanted.activated.empty()) return UniqueFd{};
    auto pods = TRY(base::open_path(std::string{plan::kRunDir}, O_RDONLY | O_DIRECTORY));
    if (!TRY(base::lock_within(pods.get(), base::LockKind::kExclusive, kPatience)))
        return Error{ErrorCode::kUnavailable,
                     fmt::format("the start of another pod keeps \"{}\" locked", plan::kRunDir)};
    TRY(check_pods(plan.name, wanted));
    TRY(check_sockets(plan.name, wanted, warnings));
    return pods;
}

}  // namespace podd::pod
