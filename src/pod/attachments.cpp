// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/attachments.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/file.h"
#include "network/cni_files.h"
#include "network/shaping.h"
#include "pod/named_networks.h"
#include "schema/bandwidth.h"

namespace podd::pod {

using base::Json;
using base::Result;
using network::Attachments;

namespace {

// To one network: two would both want the port of the host.
void forward_ports(Attachments& attachments, const std::vector<plan::PortPlan>& ports,
                   std::vector<std::string>& warnings) {
    auto& list = attachments.list;
    const auto able = std::find_if(list.begin(), list.end(), [](const auto& one) {
        return has_capability(one.network, kPortMappings);
    });
    if (able != list.end())
        able->capabilities.add(std::string{kPortMappings}, port_mappings(ports));
    else
        warnings.emplace_back("none of the pod's networks forwards its ports");
}

std::string text_of(const Json* json) {
    return json != nullptr && json->as_string() != nullptr ? *json->as_string() : std::string{};
}

std::uint16_t port_of(const Json* json) {
    const auto number = json != nullptr ? json->as_uint() : std::nullopt;
    return number && *number <= std::numeric_limits<std::uint16_t>::max()
               ? static_cast<std::uint16_t>(*number)
               : std::uint16_t{0};
}

// Whether one can be limited is found with all other limits.
void limit(Attachments& attachments, const plan::BandwidthPlan& bandwidth) {
    auto& only = attachments.list.front();
    if (has_capability(only.network, kBandwidth))
        only.capabilities.add(std::string{kBandwidth}, bandwidth_argument(bandwidth.bytes_per_sec));
}

}  // namespace

Result<std::optional<Attachments>> attachments(const plan::PodPlan& plan,
                                               const schema::PodSettings& settings,
                                               const ForPlugins& told,
                                               std::vector<std::string>& warnings) {
    std::optional<Attachments> made;
    if (settings.named_networks.empty()) return made;
    const auto files = TRY(network::read_cni_files(network::cni_directories()));
    // Whoever calls plugins says in which boot that was.
    made.emplace(Attachments{plan.name, plan.uuid, "none", {}});
    made->list = TRY(named_attachments(settings, files));
    if (told.ports && settings.network == schema::Network::kNone)
        forward_ports(*made, *told.ports, warnings);
    if (told.bandwidth && schema::is_limited_by_plugin(settings)) limit(*made, *told.bandwidth);
    return made;
}

Result<> write_attachments(int run_dir, const Attachments& attachments) {
    return base::write_file(run_dir, std::string{plan::kNetworksFile}, to_json(attachments).str(),
                            0600);
}

Json port_mappings(const std::vector<plan::PortPlan>& ports) {
    Json::Array list;
    for (const auto& port : ports) {
        Json one{Json::Object{{"hostPort", int{port.host_port}},
                              {"containerPort", int{port.pod_port}},
                              {"protocol", port.protocol}}};
        if (!port.host_ip.empty()) one.add("hostIP", port.host_ip);
        list.push_back(std::move(one));
    }
    return Json{std::move(list)};
}

std::vector<plan::PortPlan> told_ports(const network::Attachment& attachment) {
    std::vector<plan::PortPlan> ports;
    const auto* mappings = attachment.capabilities.find(kPortMappings);
    if (mappings == nullptr || mappings->as_array() == nullptr) return ports;
    for (const auto& one : *mappings->as_array())
        ports.push_back({text_of(one.find("protocol")), text_of(one.find("hostIP")),
                         port_of(one.find("hostPort")), port_of(one.find("containerPort"))});
    return ports;
}

std::vector<plan::PortPlan> told_ports(const Attachments& attachments) {
    std::vector<plan::PortPlan> ports;
    for (const auto& attachment : attachments.list) {
        const auto told = told_ports(attachment);
        ports.insert(ports.end(), told.begin(), told.end());
    }
    return ports;
}

Json bandwidth_argument(std::uint64_t bytes_per_sec) {
    constexpr std::uint64_t kBits = 8;
    // More has no effect, and is no number in JSON to all who read it.
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max() / kBits;
    const auto rate = std::min(bytes_per_sec, kMost) * kBits;
    const auto burst = network::bucket_of(bytes_per_sec).burst * kBits;
    return Json{Json::Object{{"ingressRate", rate},
                             {"ingressBurst", burst},
                             {"egressRate", rate},
                             {"egressBurst", burst}}};
}

}  // namespace podd::pod
