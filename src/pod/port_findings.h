// SPDX-License-Identifier: LGPL-2.1-or-later
// Ports of the host that a start would find taken by what runs on it now.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "pod/port_clashes.h"
#include "pod/taken_ports.h"
#include "schema/exposed_port.h"
#include "schema/pod_manifest_checks.h"

namespace podd::pod {

struct TakenPort {
    std::size_t index = 0;  // of "ports" of the manifest
    std::string why;        // "host port 53/udp is taken by a program of this host ("named")"
    bool is_certain = true;
};

/// By programs, and by pods that run and are not among `known`, of which port_clashes() knows. The
/// pod's own sockets are no matter, if it runs. Notes, JSON pointer first, where the kernel does
/// not say. For root: who has a socket open others do not see.
struct PortFindings {
    std::vector<TakenPort> taken;
    std::vector<std::string> notes;
};
PortFindings port_findings(const PortUser& mine, const std::vector<PortUser>& known);

/// What a socket of the host is to an entry of "ports"; `of_systemd`: see is_of_systemd(). At
/// loopback, sockets of UDP stand beside one at all addresses if they share the port, which the
/// kernel does not tell. Source: socket(7), SO_REUSEADDR. Pure.
enum class Obstacle : unsigned char { kNone, kUnlessShared, kCertain };
struct PortUse {
    schema::HostPorts ports;
    bool activated = false;
    Forwarder forwarder = Forwarder::kPodd;            // of those that are not
    std::vector<schema::LoopbackPorts> loopback = {};  // where systemd listens for them as well
};
Obstacle obstacle(const HostSocket& socket, const PortUse& use, bool of_systemd);

}  // namespace podd::pod
