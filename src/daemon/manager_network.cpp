// SPDX-License-Identifier: LGPL-2.1-or-later
// The methods of org.podd1.Manager that are about networks.
#include "daemon/manager_object.h"

namespace podd::daemon {

namespace {

using PortRow = sdbus::Struct<std::string, std::string, std::uint16_t, std::uint16_t>;

std::vector<PortRow> rows(const std::vector<network::Port>& ports) {
    std::vector<PortRow> rows;
    rows.reserve(ports.size());
    for (const auto& port : ports)
        rows.emplace_back(port.protocol, port.host_ip, port.host_port, port.pod_port);
    return rows;
}

}  // namespace

void ManagerObject::ListNetworkLinks(sdbus::Result<std::vector<LinkRow>>&& result,
                                     std::uint64_t flags) {
    const Reply<std::vector<LinkRow>> reply{std::move(result), activity_};
    authorized(reply, {sender(), kInspectPods, {}, flags}, [this, reply](uid_t) {
        network_links_.list([reply](const base::Result<NetworkLinks::Links>& links) {
            if (!links) return reply.fail(links.error());
            std::vector<LinkRow> answer;
            for (const auto& link : *links)
                answer.emplace_back(link.pod, link.restricted ? "default-restricted" : "default",
                                    link.link, link.addresses, rows(link.ports),
                                    link.bandwidth.value_or(0), link.since.value_or(0),
                                    link.problems);
            reply.ok(answer);
        });
    });
}

}  // namespace podd::daemon
