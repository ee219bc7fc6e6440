// SPDX-License-Identifier: LGPL-2.1-or-later
// Everybody's rules of nftables, as libnftables lists them; pure. Source: libnftables-json(5).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace podd::network {

/// Family, table and name.
using ChainName = std::tuple<std::string, std::string, std::string>;

struct Chain {
    std::string hook;  // "forward"; empty: only other chains lead here
    std::string type;  // "filter", "nat", "route"
    std::string policy;
    /// The statements of each rule, in order.
    std::vector<base::Json::Array> rules;
};

/// Without tables that are dormant.
using Ruleset = std::map<ChainName, Chain>;

/// Errors: kInvalidArgument, kCorrupt: that is not what libnftables writes.
base::Result<Ruleset> parse_ruleset(std::string_view json);

}  // namespace podd::network
