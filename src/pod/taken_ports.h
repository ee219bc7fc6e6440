// SPDX-License-Identifier: LGPL-2.1-or-later
// Why systemd could not open a socket of a pod: which pod that runs has the port.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/plan.h"
#include "schema/pod_manifest.h"

namespace podd::pod {

/// The ports of the host that a pod that runs has; of ranges each one.
struct HeldPorts {
    std::string pod;
    std::vector<plan::PortPlan> ports;
};

/// "host port 8080/tcp is taken by pod "web"", for each port that systemd is to open for `mine` and
/// that one of the others has.
std::vector<std::string> taken_ports(const schema::PodManifest& mine,
                                     const std::vector<HeldPorts>& others);

/// Those of all pods that run, but of the pod `except`. What cannot be read is passed over: it may
/// be on its way in or out.
std::vector<HeldPorts> held_ports(std::string_view except);

}  // namespace podd::pod
