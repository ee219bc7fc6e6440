// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/network_annotations.h"

#include <utility>

#include <fmt/format.h>

#include "schema/annotations.h"
#include "schema/choices.h"
#include "schema/json_node.h"
#include "schema/word_list.h"

namespace podd::schema {

using base::Result;

namespace {

constexpr Choices<bool NetworkAccess::*, 3> kAccess{{{"pods", &NetworkAccess::pods},
                                                     {"host", &NetworkAccess::host},
                                                     {"metadata", &NetworkAccess::metadata}}};

Result<NetworkAccess> network_access(std::string_view text) {
    NetworkAccess access;
    for (const auto& word : TRY(words(text)))
        access.*TRY(choose(kAccess, word))
    = true;
    return access;
}

}  // namespace

Result<> refuse_annotation(const JsonNode& owner, const std::vector<Annotation>& annotations,
                           std::string_view name, std::string_view found, std::string_view wanted) {
    const JsonNode list = TRY(owner.member("annotations"));
    std::size_t index = 0;
    while (annotations[index].name.str() != name)
        ++index;
    return list.element(index).here(found_wanted(found, wanted));
}

bool is_network_annotation(std::string_view name) {
    return name == kNetwork || name == kNetworkAccess;
}

namespace {

Result<> apply_networks(PodSettings& settings, std::string_view text) {
    auto networks = TRY(parse_networks(text));
    settings.network = networks.own;
    settings.network_path = std::move(networks.path);
    settings.named_networks = std::move(networks.named);
    return {};
}

}  // namespace

Result<bool> apply_network(PodSettings& settings, const Annotation& annotation) {
    const std::string_view name = annotation.name.str();
    if (name == kNetwork)
        TRY(apply_networks(settings, annotation.value));
    else if (name == kNetworkAccess)
        settings.network_access = TRY(network_access(annotation.value));
    else
        return false;
    return true;
}

Result<> check_network(const JsonNode& owner, const std::vector<Annotation>& annotations,
                       const PodSettings& settings) {
    // Everybody who is there could reach a service.
    const bool host = settings.network == Network::kHost;
    if (is_shared(settings.network) && settings.metadata.value_or(false))
        return refuse_annotation(
            owner, annotations, kMetadata,
            fmt::format("\"{}\" with {} network", kMetadata, host ? "the host's" : "another's"),
            fmt::format("\"{}\" to be another than \"{}\"", kNetwork, host ? "host" : "ns:PATH"));
    if (!has_link(settings.network) && settings.network_access != NetworkAccess{})
        return refuse_annotation(
            owner, annotations, kNetworkAccess,
            fmt::format("\"{}\" with the network \"{}\"", kNetworkAccess,
                        word_of(settings.network)),
            fmt::format("\"{}\" to be \"default\" or \"default-restricted\"", kNetwork));
    return {};
}

}  // namespace podd::schema
