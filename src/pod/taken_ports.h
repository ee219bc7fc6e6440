// SPDX-License-Identifier: LGPL-2.1-or-later
// Who has a port of the host that a pod wants: another pod that runs, or a program of the host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"
#include "pod/host_sockets.h"
#include "schema/exposed_port.h"
#include "schema/pod_manifest.h"

namespace podd::pod {

/// The ports of the host that a pod that runs has; of ranges each one.
struct HeldPorts {
    std::string pod;
    std::vector<plan::PortPlan> ports;
    std::uint32_t uid_base = 0;  // see plan::PodPlan
};

/// "host port 8080/tcp is taken by pod "web"", for each port that systemd is to open for `mine` and
/// that one of the others has.
std::vector<std::string> taken_ports(const schema::PodManifest& mine,
                                     const std::vector<HeldPorts>& others);

enum class Held : unsigned char {
    kByPlugins,  // of pods on networks of plugins alone: podd-network.service knows of all others
    kForwarded,
    kAll,  // and what systemd listens at for them
};

/// Those of all pods that have a plan, but of the pod `except`. What cannot be read is passed over:
/// it may be on its way in or out.
std::vector<HeldPorts> held_ports(std::string_view except, Held which = Held::kAll);

/// The first of `ports` that is held, and by whom; pure. Both live as long as what they are of.
struct Holder {
    const plan::PortPlan* port;
    const HeldPorts* pod;
};
std::optional<Holder> find_holder(const std::vector<plan::PortPlan>& ports,
                                  const std::vector<HeldPorts>& others);

/// Who leads the ports to the pod. Plugins do so at loopback addresses as well, where podd leaves
/// the host's programs alone.
enum class Forwarder : unsigned char { kPodd, kPlugins };

/// The first of `ports` that a socket of the host would get nothing from any more; pure.
struct Deprived {
    const plan::PortPlan* port;
    const HostSocket* socket;
};
std::optional<Deprived> find_deprived(const std::vector<plan::PortPlan>& ports,
                                      const std::vector<HostSocket>& sockets, Forwarder forwarder);

/// Whether a socket of the host is where systemd is to listen for the pod at loopback; pure.
bool is_at(const HostSocket& socket, const schema::LoopbackPorts& ports);
/// And then, of UDP: whether each could still get what is sent to it.
bool may_stand_beside(const HostSocket& socket, const schema::LoopbackPorts& ports);

/// "host port 53/udp is taken by a program of this host ("named")": the name where it is known.
std::string taken_by_pod(const plan::PortPlan& port, std::string_view pod);
std::string taken_by_program(const plan::PortPlan& port, std::string_view name);

}  // namespace podd::pod
