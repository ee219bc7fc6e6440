// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pod's start and end say to podd-network.service, and what it answers: one message each
// way. Source: podd.network(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "network/connection.h"

namespace podd::network {

inline constexpr const char* kSocket = "/run/podd/network.socket";
inline constexpr std::size_t kMaxMessage = std::size_t{160} * 1024;

/// kRules has the rules made again for all pods that are connected.
/// What is answered to kList comes as a memory file beside the reply, see listing.h.
///
/// To connect a pod, a netlink socket (NETLINK_ROUTE) comes with it that was opened in the pod's
/// network namespace: so the service needs no right to join that.
struct Request {
    enum class Verb : unsigned char { kConnect, kDisconnect, kList, kRules };
    Verb verb = Verb::kConnect;
    std::string pod;          // of kList, kRules: none
    std::vector<Port> ports;  // kConnect
    Access access{};          // kConnect
    /// kConnect: bytes per second, each way, that the link is to be held to.
    std::optional<std::uint64_t> bandwidth{};
    bool best_effort = false;  // connect the pod also where this kernel cannot limit it
    bool operator==(const Request&) const = default;
};

struct Reply {
    std::string error;            // empty: done
    std::uint32_t interface = 0;  // kConnect: index of the host's end
    std::string unlimited{};      // kConnect, best effort: why the link is not held to a rate
    /// kConnect: the host's end, where the pod's server of names listens.
    std::optional<Ipv4> gateway{};
    std::vector<std::string> domains{};  // kConnect: search domains in place of the host's
    bool operator==(const Reply&) const = default;
};

std::string to_text(const Request& request);
std::string to_text(const Reply& reply);
/// Errors: kInvalidArgument, kCorrupt.
base::Result<Request> parse_request(std::string_view text);
base::Result<Reply> parse_reply(std::string_view text);

}  // namespace podd::network
