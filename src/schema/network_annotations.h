// SPDX-License-Identifier: LGPL-2.1-or-later
// The annotations of a pod that say which network it has, and the settings they make. Source:
// podd.network(5).
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::schema {

/// "default" (unless said), "default-restricted", "none", "host" or "ns:PATH"; names of others.
inline constexpr std::string_view kNetwork = "podd.org/network";
/// What of all that is closed to a pod with a link the pod may reach: words, blank between them.
inline constexpr std::string_view kNetworkAccess = "podd.org/network-access";

enum class Network : unsigned char { kNone, kDefault, kDefaultRestricted, kHost, kPath };

/// Whether the pod has a network of its own with a link to the host.
constexpr bool has_link(Network network) {
    return network == Network::kDefault || network == Network::kDefaultRestricted;
}
/// Whether it is somebody else's, whom the pod meets there.
constexpr bool is_shared(Network network) {
    return network == Network::kHost || network == Network::kPath;
}
/// The word of the annotation, "ns" for a path.
std::string_view word_of(Network network);

/// Each opens one thing and nothing else.
struct NetworkAccess {
    bool pods = false;      // "pods": other pods that have the same word, both ways
    bool host = false;      // "host": the host's own services
    bool metadata = false;  // "metadata": services that tell secrets of a cloud's machine
    bool operator==(const NetworkAccess&) const = default;
};

struct Annotation;
class JsonNode;
struct PodSettings;

/// Refuses the annotation called `name`, where it stands. Errors: kInvalidArgument.
base::Result<> refuse_annotation(const JsonNode& owner, const std::vector<Annotation>& annotations,
                                 std::string_view name, std::string_view found,
                                 std::string_view wanted);

bool is_network_annotation(std::string_view name);

/// Whether it was one of these annotations. Errors: kInvalidArgument.
base::Result<bool> apply_network(PodSettings& settings, const Annotation& annotation);

/// What these settings are to each other; `owner` has the "annotations". Errors: kInvalidArgument,
/// JSON pointer first.
base::Result<> check_network(const JsonNode& owner, const std::vector<Annotation>& annotations,
                             const PodSettings& settings);

}  // namespace podd::schema
