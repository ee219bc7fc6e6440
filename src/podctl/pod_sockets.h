// SPDX-License-Identifier: LGPL-2.1-or-later
// What systemd listens at for a pod, for podctl status and stop.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"
#include "client/sdbus_compat.h"

namespace podd::podctl {

struct PodSocket {
    std::string unit;
    std::vector<std::string> addresses;  // "[::]:8080"; with "/udp" or "/sctp" where it is not TCP
    std::string active_state = "inactive";
    std::string sub_state = "dead";
    std::string result;  // "success", "resources" where a port is taken…
};

/// Those that systemd knows; none where it does not answer.
std::vector<PodSocket> pod_sockets(sdbus::IConnection& bus, const std::string& pod);

void print_sockets(const std::vector<PodSocket>& sockets);
base::Json as_json(const std::vector<PodSocket>& sockets);

}  // namespace podd::podctl
