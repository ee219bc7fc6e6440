// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/address.h"

#include <algorithm>

#include <fmt/format.h>

namespace podd::network {

namespace {

constexpr std::size_t kPrefixBytes = 8;  // of IPv6

std::uint32_t number(const Ipv4& address) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : address)
        value = value << 8U | byte;
    return value;
}

template <typename Address>
void set_last(Address& address, std::uint32_t value) {
    for (auto byte = address.rbegin(); byte != address.rbegin() + 4; ++byte, value >>= 8U)
        *byte = static_cast<std::uint8_t>(value & 0xFFU);
}

std::uint32_t host_mask(unsigned prefix_length) {
    return prefix_length == 0 ? ~0U
                              : static_cast<std::uint32_t>((1ULL << (32U - prefix_length)) - 1);
}

}  // namespace

std::uint32_t hash(std::string_view text) {
    std::uint32_t value = 2166136261U;
    for (const char c : text) {
        value ^= static_cast<unsigned char>(c);
        value *= 16777619U;
    }
    return value;
}

std::string text(const Mac& address) {
    return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", address[0], address[1],
                       address[2], address[3], address[4], address[5]);
}

Ipv4 Pool::ipv4(std::uint32_t slot) const {
    Ipv4 address{};
    set_last(address, number(network) + slot);
    return address;
}

Ipv6 Pool::ipv6(std::uint32_t slot) const {
    Ipv6 address = prefix;
    set_last(address, slot);
    return address;
}

std::optional<std::uint32_t> Pool::slot_of(const Ipv4& address) const {
    if (!overlaps(address, 32)) return std::nullopt;
    return number(address) & host_mask(prefix_length);
}

bool Pool::overlaps(const Ipv4& other, unsigned other_prefix_length) const {
    const auto mask = host_mask(std::min(prefix_length, other_prefix_length));
    return (number(network) | mask) == (number(other) | mask);
}

bool Pool::contains(const Ipv4& other, unsigned other_prefix_length) const {
    return other_prefix_length >= prefix_length && overlaps(other, other_prefix_length);
}

bool Pool::contains(const Ipv6& other, unsigned other_prefix_length) const {
    return has_ipv6 && other_prefix_length >= kPrefixBytes * 8 &&
           std::equal(other.begin(), other.begin() + kPrefixBytes, prefix.begin());
}

std::string Pool::ipv4_text() const {
    return fmt::format("{}/{}", text(network), prefix_length);
}

std::string Pool::ipv6_text() const {
    return text(prefix) + "/64";
}

Pool pool_of(const std::array<std::uint8_t, 16>& id) {
    constexpr std::size_t kGlobalId = 5;  // bytes
    Pool pool;
    pool.prefix[0] = 0xFD;
    std::copy_n(id.begin(), kGlobalId, pool.prefix.begin() + 1);
    return pool;
}

std::optional<std::uint32_t> pick_slot(const Pool& pool, std::string_view name,
                                       const std::set<std::uint32_t>& taken) {
    // Neither the network's own address nor that of all, nor the host's.
    constexpr std::uint32_t kFirst = Pool::kGateway + 1;
    const std::uint32_t count = host_mask(pool.prefix_length) - kFirst;
    const std::uint32_t wish = hash(name) % count;
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto slot = static_cast<std::uint32_t>(kFirst + (std::uint64_t{wish} + i) % count);
        if (!taken.contains(slot)) return slot;
    }
    return std::nullopt;
}

Mac mac_of(const Ipv4& pod, End end) {
    // The second bit of the first byte: nobody's product, given by software.
    return {0x02,   static_cast<std::uint8_t>(end == End::kPod ? 0x70 : 0x68),
            pod[0], pod[1],
            pod[2], pod[3]};
}

std::string link_name(std::string_view pod) {
    // Source: IFNAMSIZ in netdevice(7), with the NUL. No name of a pod has a dot.
    constexpr std::size_t kRoom = 10;
    if (pod.size() <= kRoom) return fmt::format("podd-{}", pod);
    return fmt::format("podd-{}.{:05x}", pod.substr(0, 4), hash(pod) & 0xFFFFFU);
}

}  // namespace podd::network
