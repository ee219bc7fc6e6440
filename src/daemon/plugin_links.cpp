// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/plugin_links.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "daemon/pod_interfaces.h"
#include "network/cni_result.h"
#include "pod/attachments.h"
#include "pod/named_networks.h"

namespace podd::daemon {

using base::Json;

namespace {

std::vector<network::Port> ports_of(const network::Attachment& attachment) {
    std::vector<network::Port> ports;
    for (const auto& told : pod::told_ports(attachment))
        ports.push_back({told.protocol, told.host_ip, told.host_port, told.pod_port});
    return ports;
}

// Plugins are told bits.
std::optional<std::uint64_t> bandwidth_of(const Json& capabilities) {
    constexpr std::uint64_t kBits = 8;
    const auto* limit = capabilities.find(pod::kBandwidth);
    const auto* rate = limit == nullptr ? nullptr : limit->find("ingressRate");
    const auto bits = rate == nullptr ? std::nullopt : rate->as_uint();
    return bits ? std::optional{*bits / kBits} : std::nullopt;
}

// The host's end: the last that is not in the pod, as a bridge comes before it. Some have none.
std::string link_of(const network::CniResult& result) {
    std::string name;
    for (const auto& interface : result.interfaces)
        if (!interface.in_pod) name = interface.name;
    return name;
}

PluginLink plugin_link(const network::Attachments& record, const network::Attachment& attachment,
                       bool is_running) {
    PluginLink one;
    one.network = attachment.network.name;
    one.link.pod = record.pod;
    one.link.ports = ports_of(attachment);
    one.link.bandwidth = bandwidth_of(attachment.capabilities);
    const auto result =
        attachment.result ? network::cni_result(*attachment.result) : network::CniResult{};
    if (result) {
        one.link.link = link_of(*result);
        for (const auto& address : result->addresses)
            one.link.addresses.push_back(address.substr(0, address.find('/')));
    }
    if (!is_running)
        one.link.problems.emplace_back("its pod has ended, and its plugins still hold it");
    else if (!attachment.result)
        one.link.problems.emplace_back("its plugins have not made it");
    return one;
}

bool is_running(const network::Attachments& record) {
    const auto plan = running_plan(record.pod);
    return plan && plan->uuid == record.uuid;
}

}  // namespace

std::vector<PluginLink> plugin_links(const network::Attachments& record, bool is_running) {
    std::vector<PluginLink> links;
    links.reserve(record.list.size());
    for (const auto& attachment : record.list)
        links.push_back(plugin_link(record, attachment, is_running));
    return links;
}

std::vector<PluginLink> all_plugin_links() {
    std::vector<PluginLink> links;
    const auto folder =
        base::open_path(fmt::format("{}/{}", network::kCniRecordParent, network::kCniRecordFolder),
                        O_RDONLY | O_DIRECTORY);
    if (!folder) return links;
    const auto names = base::list_dir(folder->get());
    if (!names) return links;
    for (const auto& name : *names) {
        if (!name.ends_with(network::kCniRecordEnding) || name.starts_with('.')) continue;
        const auto text = base::read_file(folder->get(), name, network::kMaxCniRecord);
        const auto record = text ? network::parse_attachments(*text) : text.error();
        if (!record) continue;
        for (auto& link : plugin_links(*record, is_running(*record)))
            links.push_back(std::move(link));
    }
    std::sort(links.begin(), links.end(), [](const auto& one, const auto& other) {
        return std::tie(one.link.pod, one.network) < std::tie(other.link.pod, other.network);
    });
    return links;
}

}  // namespace podd::daemon
