// SPDX-License-Identifier: LGPL-2.1-or-later
// Connects pods to the network "default" and takes them off it, one after the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "flows.h"
#include "link.h"
#include "netlink.h"
#include "network/listing.h"
#include "network/message.h"
#include "network/settings.h"
#include "nftables.h"
#include "records.h"

namespace podd::network_service {

struct Connected {
    std::uint32_t interface = 0;  // index of the host's end
    std::string unlimited;        // see network::Reply
    std::optional<network::Ipv4> gateway;
    std::vector<std::string> domains{};
};

class Connector {
public:
    /// `folder` holds the records. The table of nftables is made when it is needed. Where `wanted`
    /// is an error, no pod is connected and all are taken off; `defaults` have what is recorded
    /// nowhere. Another pool counts from when no pod is connected.
    static base::Result<Connector> start(base::Result<network::Settings> wanted,
                                         const network::Settings& defaults,
                                         const std::string& folder);

    /// All or nothing: on an error nothing is left of it. `socket`: see network::Request.
    /// Errors: kConflict where a port, the pool or the name of an
    /// interface is somebody else's; kDenied when the pool is exhausted; kIo.
    base::Result<Connected> connect(const network::Request& request, base::UniqueFd socket);
    /// Success when the pod is not connected.
    base::Result<> disconnect(const std::string& pod);

    /// Makes the table again with all pods that are connected, in one transaction. Without any,
    /// there is none.
    base::Result<> make_rules();

    /// Of pods that have ended, what the kernel remembers; until then, nobody gets their addresses.
    bool has_flows_to_forget() const { return !records_.ended().empty(); }
    base::Result<> forget_flows();
    /// What is recorded, and what is there.
    base::Result<std::vector<network::ListedLink>> list();

private:
    Connector(base::Result<network::Settings> wanted, const network::Settings& defaults,
              Netlink host, Nftables rules, Flows flows, Records records)
        : wanted_{std::move(wanted)},
          settings_{defaults},
          host_{std::move(host)},
          rules_{std::move(rules)},
          flows_{std::move(flows)},
          records_{std::move(records)} {}

    base::Result<network::Connection> choose(const network::Request& request,
                                             const std::vector<HostAddress>& addresses);
    base::Result<Connected> establish(const network::Request& request,
                                      network::Connection& connection, base::UniqueFd socket);
    base::Result<std::string> limit(const network::Request& request,
                                    network::Connection& connection);
    base::Result<> add_rules(const network::Connection& connection);
    base::Result<> make_table();
    base::Result<> choose_settings();
    base::Result<> use(const network::Settings& settings);
    base::Result<> forget_ended(const std::vector<HostAddress>& addresses);
    base::Result<> forget(const std::string& pod);

    base::Result<network::Settings> wanted_;
    network::Settings settings_;  // those that count
    Netlink host_;
    Nftables rules_;
    Flows flows_;
    Records records_;
};

}  // namespace podd::network_service
