// SPDX-License-Identifier: LGPL-2.1-or-later
// What a chain of nftables does to a packet of which little is known; pure.
#pragma once

#include <string>
#include <vector>

#include "network/ruleset.h"

namespace podd::network {

/// The first packet of a connection: interfaces, the network that the sender's address is of, and
/// nothing else. So a rule that asks for more, as for a port, is passed over: it is about some
/// connections and not about all.
struct Packet {
    std::string in;      // names of interfaces; empty: the host itself
    std::string out;     // "podd-*": any of podd's
    std::string source;  // "10.80.0.0/16"; empty: not known
    std::string target;
    bool translated = false;  // its target was another one before (DNAT)
};

enum class Verdict : unsigned char { kPass, kDrop };

/// Of a base chain with all chains that it leads to.
Verdict verdict(const Ruleset& rules, const ChainName& chain, const Packet& packet);

}  // namespace podd::network
