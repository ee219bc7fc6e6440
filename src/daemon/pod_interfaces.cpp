// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/pod_interfaces.h"

#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "network/cni_result.h"
#include "plan/run_dir.h"
#include "schema/names.h"

namespace podd::daemon {

using base::Result;

namespace {

std::string_view word_of(plan::Network network) {
    switch (network) {
        case plan::Network::kNone: return "none";
        case plan::Network::kDefault: return "default";
        case plan::Network::kDefaultRestricted: return "default-restricted";
        case plan::Network::kHost: return "host";
        case plan::Network::kPath: return "ns:";
    }
    return "";
}

PodInterface own_interface(const plan::PodPlan& plan,
                           const std::vector<network::ListedLink>& links) {
    PodInterface own{std::string{word_of(plan.network)}, {}, {}};
    if (plan.network_path) own.network += *plan.network_path;
    if (!plan::has_link(plan.network)) return own;
    own.interface = network::kPodInterface;
    for (const auto& link : links)
        if (link.pod == plan.name) own.addresses = link.addresses;
    return own;
}

PodInterface named_interface(const network::Attachment& attachment) {
    PodInterface one{attachment.network.name, attachment.interface, {}};
    if (!attachment.result) return one;
    const auto result = network::cni_result(*attachment.result);
    if (!result) return one;
    // As those of podd's own links are shown.
    for (const auto& address : result->addresses)
        one.addresses.push_back(address.substr(0, address.find('/')));
    return one;
}

}  // namespace

std::vector<PodInterface> pod_interfaces(const plan::PodPlan& plan,
                                         const std::vector<network::ListedLink>& links,
                                         const std::optional<network::Attachments>& attachments) {
    std::vector<PodInterface> interfaces;
    // Networks of plugins alone stand in the place of "none".
    if (plan.network != plan::Network::kNone || !attachments)
        interfaces.push_back(own_interface(plan, links));
    if (attachments)
        for (const auto& one : attachments->list)
            interfaces.push_back(named_interface(one));
    return interfaces;
}

Result<plan::PodPlan> running_plan(const std::string& pod) {
    TRY(schema::PodName::parse(pod));
    const auto dir = TRY(plan::open_pod_directory(pod));
    return plan::read_pod_plan(dir.get());
}

std::optional<network::Attachments> attachments_of(const plan::PodPlan& plan) {
    if (!plan.named_networks.value_or(false)) return std::nullopt;
    const auto text =
        base::read_file(fmt::format("{}/{}/{}", network::kCniRecordParent,
                                    network::kCniRecordFolder, network::cni_record_file(plan.uuid)),
                        network::kMaxCniRecord);
    if (!text) return std::nullopt;
    auto attachments = network::parse_attachments(*text);
    if (!attachments) return std::nullopt;
    return std::move(*attachments);
}

}  // namespace podd::daemon
