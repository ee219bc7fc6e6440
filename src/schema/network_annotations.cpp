// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/network_annotations.h"

#include <fmt/format.h>

#include "schema/annotations.h"
#include "schema/choices.h"
#include "schema/json_node.h"
#include "schema/word_list.h"

namespace podd::schema {

using base::Result;

namespace {

constexpr Choices<Network, 4> kNetworks{{{"none", Network::kNone},
                                         {"default", Network::kDefault},
                                         {"default-restricted", Network::kDefaultRestricted},
                                         {"host", Network::kHost}}};
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

// Where the annotation called `name` stands.
Result<> refuse(const JsonNode& owner, const std::vector<Annotation>& annotations,
                std::string_view name, std::string_view found, std::string_view wanted) {
    const JsonNode list = TRY(owner.member("annotations"));
    std::size_t index = 0;
    while (annotations[index].name.str() != name)
        ++index;
    return list.element(index).here(found_wanted(found, wanted));
}

}  // namespace

std::string_view word_of(Network network) {
    for (const auto& [word, value] : kNetworks)
        if (value == network) return word;
    return {};
}

bool is_network_annotation(std::string_view name) {
    return name == kNetwork || name == kNetworkAccess;
}

Result<bool> apply_network(PodSettings& settings, const Annotation& annotation) {
    const std::string_view name = annotation.name.str();
    if (name == kNetwork)
        settings.network = TRY(choose(kNetworks, annotation.value));
    else if (name == kNetworkAccess)
        settings.network_access = TRY(network_access(annotation.value));
    else
        return false;
    return true;
}

Result<> check_network(const JsonNode& owner, const std::vector<Annotation>& annotations,
                       const PodSettings& settings) {
    // Everybody on the host could reach a service there.
    if (settings.network == Network::kHost && settings.metadata.value_or(false))
        return refuse(owner, annotations, kMetadata,
                      fmt::format("\"{}\" with the host's network", kMetadata),
                      fmt::format("\"{}\" to be another than \"host\"", kNetwork));
    if (!has_link(settings.network) && settings.network_access != NetworkAccess{})
        return refuse(owner, annotations, kNetworkAccess,
                      fmt::format("\"{}\" with the network \"{}\"", kNetworkAccess,
                                  word_of(settings.network)),
                      fmt::format("\"{}\" to be \"default\" or \"default-restricted\"", kNetwork));
    return {};
}

}  // namespace podd::schema
