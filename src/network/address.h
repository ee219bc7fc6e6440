// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses of pods on the network "default": which there are, and which a new pod gets; pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/ip_address.h"

namespace podd::network {

using base::Ipv4;
using base::Ipv6;
using base::is_link_local;
using base::is_loopback;
using base::parse_ipv4;
using base::parse_ipv6;
using base::text;
using Mac = std::array<std::uint8_t, 6>;

std::string text(const Mac& address);

/// FNV-1a. Source: RFC 9923.
std::uint32_t hash(std::string_view text);

/// All addresses that pods of this host may have. A pod's place in it is a number, its slot, in
/// both families the same.
struct Pool {
    Ipv4 network{10, 80, 0, 0};
    unsigned prefix_length = 16;
    Ipv6 prefix{};  // a /64
    bool has_ipv6 = true;

    static constexpr std::uint32_t kGateway = 1;  // the host's own slot

    Ipv4 ipv4(std::uint32_t slot) const;
    Ipv6 ipv6(std::uint32_t slot) const;
    /// The slot of an address; nothing when it is not of this pool.
    std::optional<std::uint32_t> slot_of(const Ipv4& address) const;
    /// Whether any address of both is the same.
    bool overlaps(const Ipv4& other, unsigned other_prefix_length) const;
    /// Whether all addresses of the other network are of this pool.
    bool contains(const Ipv4& other, unsigned other_prefix_length) const;
    bool contains(const Ipv6& other, unsigned other_prefix_length) const;
    std::string ipv4_text() const;  // "10.80.0.0/16"
    std::string ipv6_text() const;
    bool operator==(const Pool&) const = default;
};

/// The pool of a host. `id` is derived from the machine id and from nothing else, so that the
/// prefix stays and no other host has it. Source: RFC 4193, 3.2.
Pool pool_of(const std::array<std::uint8_t, 16>& id);

/// The slot for pod `name`: the same at each start as long as nobody else has it. Nothing: all are
/// taken.
std::optional<std::uint32_t> pick_slot(const Pool& pool, std::string_view name,
                                       const std::set<std::uint32_t>& taken);

/// Of either end of a pod's link, by its address, so that no neighbour need be asked for it.
enum class End : unsigned char { kPod, kHost };
Mac mac_of(const Ipv4& pod, End end);

/// Name of the host's end: "podd-" and the pod's name; a long one is cut and told apart by a hash.
std::string link_name(std::string_view pod);
/// Name of the pod's end.
inline constexpr const char* kPodInterface = "eth0";

}  // namespace podd::network
