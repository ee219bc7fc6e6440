// SPDX-License-Identifier: LGPL-2.1-or-later
#include "resolve/names.h"

#include <algorithm>
#include <ranges>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <arpa/nameser.h>

#include "network/resolver.h"

namespace podd::resolve {

using network::Connection;
using network::kPodDomain;

namespace {

constexpr std::string_view kPointers4 = ".in-addr.arpa";
constexpr std::string_view kPointers6 = ".ip6.arpa";

std::vector<std::string> reversed_labels(std::string_view name) {
    std::vector<std::string> labels;
    for (const auto label : std::views::split(name, '.'))
        labels.emplace_back(label.begin(), label.end());
    std::ranges::reverse(labels);
    return labels;
}

std::optional<Address> pointer4(std::string_view name) {
    if (const auto address =
            network::parse_ipv4(fmt::format("{}", fmt::join(reversed_labels(name), "."))))
        return *address;
    return std::nullopt;
}

// 32 labels, a digit each.
std::optional<Address> pointer6(std::string_view name) {
    const auto labels = reversed_labels(name);
    if (labels.size() != 32) return std::nullopt;
    std::string text;
    for (std::size_t i = 0; i < labels.size(); ++i) {
        if (labels[i].size() != 1) return std::nullopt;
        if (i != 0 && i % 4 == 0) text += ':';
        text += labels[i];
    }
    if (const auto address = network::parse_ipv6(text)) return *address;
    return std::nullopt;
}

// Of a name beneath the pods' domain what stands in front of it.
std::optional<std::string_view> in_pod_domain(std::string_view name) {
    if (name == kPodDomain) return std::string_view{};
    if (!name.ends_with(kPodDomain)) return std::nullopt;
    name.remove_suffix(kPodDomain.size());
    if (!name.ends_with('.')) return std::nullopt;
    name.remove_suffix(1);
    return name;
}

bool is_address_type(std::uint16_t type) {
    return type == ns_t_a || type == ns_t_aaaa;
}

// Of all zones the servers of other questions than one at a time.
bool is_transfer(std::uint16_t type) {
    return type == ns_t_axfr || type == ns_t_ixfr;
}

}  // namespace

std::optional<Address> address_of_pointer(std::string_view name) {
    if (name.ends_with(kPointers4))
        return pointer4(name.substr(0, name.size() - kPointers4.size()));
    if (name.ends_with(kPointers6))
        return pointer6(name.substr(0, name.size() - kPointers6.size()));
    return std::nullopt;
}

bool may_know(const Connection& asker, const Connection& other) {
    return asker.pod == other.pod || (asker.access.pods && other.access.pods);
}

std::optional<std::string> own_answer(const Query& query, const Connection& asker, const Pods& pods,
                                      bool (*is_live)(const Connection& pod)) {
    const auto& question = query.question;
    if (question.network_class != ns_c_in || is_transfer(question.type))
        return error_answer(query, Rcode::kRefused);
    const auto known = [&](const Connection* pod) {
        return pod != nullptr && may_know(asker, *pod) && is_live(*pod) ? pod : nullptr;
    };
    if (const auto name = in_pod_domain(question.name)) {
        if (const auto* pod = known(pods.by_name(*name))) return address_answer(query, *pod);
        return error_answer(query, name->empty() ? Rcode::kNoError : Rcode::kNoSuchName);
    }
    // By a bare name only addresses: it may as well be one of the top domains, with keys and
    // servers that somebody needs.
    if (is_address_type(question.type))
        if (const auto* pod = known(pods.by_name(question.name)))
            return address_answer(query, *pod);
    if (const auto address = address_of_pointer(question.name))
        if (const auto* pod = known(pods.by_address(*address)))
            return name_answer(query, fmt::format("{}.{}", pod->pod, kPodDomain));
    if (asker.access.restricted) return error_answer(query, Rcode::kRefused);
    return std::nullopt;
}

}  // namespace podd::resolve
