// SPDX-License-Identifier: LGPL-2.1-or-later
// The annotation "podd.org/network": which networks a pod is on; pure.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "schema/network_annotations.h"

namespace podd::schema {

/// One that plugins make, see podd.network(5).
struct NamedNetwork {
    std::string name;
    std::vector<std::pair<std::string, std::string>> arguments;  // "IP" and its value
    bool operator==(const NamedNetwork&) const = default;
};

struct Networks {
    Network own = Network::kNone;
    std::vector<NamedNetwork> named;  // in the order of their interfaces
    std::string path{};               // kPath: of a network namespace, absolute
    bool operator==(const Networks&) const = default;
};

/// Words with blanks between them: at most one of podd's own kinds ("ns:PATH" is one), in front,
/// and names as "lan:IP=10.1.2.3;MAC=02:00:00:00:00:01". Errors: kInvalidArgument.
base::Result<Networks> parse_networks(std::string_view text);

}  // namespace podd::schema
