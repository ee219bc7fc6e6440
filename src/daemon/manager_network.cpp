// SPDX-License-Identifier: LGPL-2.1-or-later
// The methods of org.podd1.Manager that are about networks.
#include "daemon/manager_object.h"
#include "daemon/plugin_links.h"
#include "daemon/pod_interfaces.h"

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

network::ListedLink unknown(const base::Error& error) {
    network::ListedLink link;
    link.problems.push_back("its links are not known: " + error.message());
    return link;
}

template <typename Row>
Row row(const std::string& network, const network::ListedLink& link) {
    return Row{link.pod,
               network,
               link.link,
               link.addresses,
               rows(link.ports),
               link.bandwidth.value_or(0),
               link.since.value_or(0),
               link.problems};
}

}  // namespace

void ManagerObject::ListNetworkLinks(sdbus::Result<std::vector<LinkRow>>&& result,
                                     std::uint64_t flags) {
    const Reply<std::vector<LinkRow>> reply{std::move(result), activity_};
    authorized(reply, {sender(), kInspectPods, {}, flags}, [this, reply](uid_t) {
        network_links_.list([reply](const base::Result<NetworkLinks::Links>& links) {
            const auto of_plugins = all_plugin_links();
            if (!links && of_plugins.empty()) return reply.fail(links.error());
            std::vector<LinkRow> answer;
            // Plugins need nobody who knows the others.
            if (!links) answer.push_back(row<LinkRow>("default", unknown(links.error())));
            for (const auto& link : links ? *links : NetworkLinks::Links{})
                answer.push_back(
                    row<LinkRow>(link.restricted ? "default-restricted" : "default", link));
            for (const auto& one : of_plugins)
                answer.push_back(row<LinkRow>(one.network, one.link));
            reply.ok(answer);
        });
    });
}

void ManagerObject::ListPodInterfaces(sdbus::Result<std::vector<InterfaceRow>>&& result,
                                      std::string name, std::uint64_t flags) {
    const Reply<std::vector<InterfaceRow>> reply{std::move(result), activity_};
    authorized(reply, {sender(), kInspectPods, {{"pod", name}}, flags}, [this, reply, name](uid_t) {
        const auto plan = running_plan(name);
        if (!plan) return reply.fail(plan.error());
        const auto answer = [reply, plan = *plan](const NetworkLinks::Links& links) {
            std::vector<InterfaceRow> rows;
            for (const auto& one : pod_interfaces(plan, links, attachments_of(plan)))
                rows.emplace_back(one.network, one.interface, one.addresses);
            reply.ok(rows);
        };
        // Nobody is woken up for a pod that has nothing there.
        if (!plan::has_link(plan->network)) return answer({});
        network_links_.list([reply, answer](const base::Result<NetworkLinks::Links>& links) {
            if (!links) return reply.fail(links.error());
            answer(*links);
        });
    });
}

}  // namespace podd::daemon
