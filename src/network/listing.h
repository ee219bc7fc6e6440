// SPDX-License-Identifier: LGPL-2.1-or-later
// What podd-network.service answers to who asks what there is; value ↔ JSON, pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "network/connection.h"

namespace podd::network {

/// Tens of thousands of links.
inline constexpr std::size_t kMaxListing = std::size_t{32} * 1024 * 1024;

/// A link of a pod: what was recorded of it, and what is there.
struct ListedLink {
    std::string pod;  // empty: nobody knows whose it is
    bool restricted = false;
    std::string link;  // name of the host's end, or of an interface without one
    std::vector<std::string> addresses;
    std::vector<Port> ports;
    std::optional<std::uint64_t> bandwidth{};
    std::optional<std::uint64_t> since{};
    /// What does not fit, one sentence each: record, interfaces and rules of a pod are there or
    /// gone together. While a pod starts or ends it may be so for a moment.
    std::vector<std::string> problems;
    bool operator==(const ListedLink&) const = default;
};

/// An interface of the host that has a name or an alias of podd's.
struct SeenInterface {
    std::uint32_t index = 0;
    std::string name;
    std::string pod;                     // as its alias says; empty: nothing
    std::vector<std::string> addresses;  // of the other end
};

/// A link for each record, and for each interface that belongs to none; by name of the pod.
/// `without_rules`: pods whose rules are not, or not all, in the table.
std::vector<ListedLink> listed_links(const std::vector<Connection>& records,
                                     const std::vector<SeenInterface>& interfaces,
                                     const std::vector<std::string>& without_rules);

std::string to_text(const std::vector<ListedLink>& links);
/// Errors: kInvalidArgument, kCorrupt.
base::Result<std::vector<ListedLink>> parse_links(std::string_view text);

}  // namespace podd::network
