// SPDX-License-Identifier: LGPL-2.1-or-later
#include "connector.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <linux/netlink.h>

#include "base/ip_address.h"
#include "base/log.h"
#include "forwarding.h"
#include "network/rules.h"
#include "routes.h"
#include "shaping.h"

namespace podd::network_service {

using base::Error;
using base::ErrorCode;
using base::Result;
using network::Connection;
using network::Pool;
using network::Settings;

namespace {

bool is_of_pod(const Pool& pool, const HostAddress& address) {
    return address.own == pool.ipv4(Pool::kGateway) && address.prefix_length == 32 &&
           address.peer != address.own;
}

bool is_connected(const Connection& pod, const std::vector<HostAddress>& addresses) {
    return std::any_of(addresses.begin(), addresses.end(), [&](const auto& one) {
        return one.interface == pod.interface && one.peer == pod.ipv4;
    });
}

Error conflict(const Pool& pool, bool is_ipv6, const std::string& other) {
    return Error{ErrorCode::kConflict,
                 fmt::format("the pods' addresses, {}, are among those of another network of this "
                             "host, {}: {}= in /etc/podd/network.conf names others",
                             is_ipv6 ? pool.ipv6_text() : pool.ipv4_text(), other,
                             is_ipv6 ? "IPv6Pool" : "IPv4Pool")};
}

// Addresses are those of IPv4; of IPv6, each has a route.
Result<> check_pool(const Pool& pool, const std::vector<HostAddress>& addresses,
                    const std::vector<HostRoute>& routes) {
    std::set<std::uint32_t> links;
    for (const auto& one : addresses) {
        if (is_of_pod(pool, one))
            links.insert(one.interface);
        else if (pool.overlaps(one.peer, one.prefix_length))
            return conflict(pool, false,
                            fmt::format("{}/{}", network::text(one.peer), one.prefix_length));
    }
    for (const auto& route : routes)
        if (!route.is_single || !links.contains(route.interface))
            return conflict(pool, route.is_ipv6, route.network);
    return {};
}

std::set<std::uint32_t> taken_slots(const Pool& pool, const std::vector<HostAddress>& addresses) {
    std::set<std::uint32_t> taken;
    for (const auto& one : addresses)
        if (const auto slot = pool.slot_of(one.peer)) taken.insert(*slot);
    return taken;
}

std::string pools_text(const Pool& pool) {
    return fmt::format("{} and {}", pool.ipv4_text(), pool.has_ipv6 ? pool.ipv6_text() : "no IPv6");
}

std::uint64_t now_usec() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

Result<> check_ports(const network::Request& request,
                     const std::map<std::string, Connection>& others) {
    for (const auto& port : request.ports)
        for (const auto& [name, other] : others)
            for (const auto& theirs : other.ports)
                if (clash(port, theirs))
                    return Error{ErrorCode::kConflict,
                                 fmt::format("host port {}/{} is taken by pod \"{}\"",
                                             port.host_port, port.protocol, name)};
    return {};
}

// A port at an address that the pod cannot be reached from would be one without effect.
Result<> check_families(const network::Request& request, const Connection& connection) {
    if (connection.ipv6) return {};
    for (const auto& port : request.ports)
        if (!base::opens_ipv4(port.host_ip))
            return Error{ErrorCode::kUnsupported,
                         fmt::format("host port {}/{} at {}: this host's pods have no IPv6; see "
                                     "IPv6Pool= in podd.network(5), and sysctl "
                                     "net.ipv6.conf.all.disable_ipv6",
                                     port.host_port, port.protocol, port.host_ip)};
    return {};
}

}  // namespace

Result<Connector> Connector::start(Result<Settings> wanted, const Settings& defaults,
                                   const std::string& folder) {
    auto host = TRY(Netlink::open(NETLINK_ROUTE));
    // First: where the kernel has no netfilter, nft's library would end this process.
    auto flows = TRY(Flows::open());
    auto rules = TRY(Nftables::open());
    auto records = TRY(Records::open(folder));
    Connector made{std::move(wanted), defaults,         std::move(host),
                   std::move(rules),  std::move(flows), std::move(records)};
    TRY(made.choose_settings());
    // Of another version, of other settings, or nobody knows what is in it.
    const bool stale = made.records_.damaged() || !made.rules_.run(network::probe(made.settings_));
    if (stale && !made.records_.all().empty()) TRY(made.make_table());
    TRY(made.forget_ended(TRY(host_addresses(made.host_))));
    return made;
}

// Of a pool that changes, pods that are connected would know the old one and others the new one.
Result<> Connector::choose_settings() {
    if (!wanted_) base::log_line(base::LogLevel::kError, wanted_.error().message());
    if (records_.all().empty()) {
        if (wanted_) settings_ = *wanted_;
        return {};
    }
    auto settings = records_.settings().value_or(settings_);
    if (wanted_ && settings.pool != wanted_->pool)
        base::log_line(base::LogLevel::kWarning,
                       fmt::format("pods are connected by {}: IPv4Pool= and IPv6Pool= as they are "
                                   "now count when none is, as after 'systemctl stop "
                                   "\"pod-*.service\"'",
                                   pools_text(settings.pool)));
    if (wanted_) settings.masquerade = wanted_->masquerade;
    return use(settings);
}

// Recorded first: whoever comes after a crash knows then what holds.
Result<> Connector::use(const Settings& settings) {
    if (records_.settings() != settings) TRY(records_.keep_settings(settings));
    settings_ = settings;
    return {};
}

Result<Connected> Connector::connect(const network::Request& request, base::UniqueFd socket) {
    if (!wanted_) return wanted_.error();
    // Of the run before, when it was killed and its network has not gone yet.
    TRY(disconnect(request.pod));
    const auto addresses = TRY(host_addresses(host_));
    TRY(forget_ended(addresses));
    if (records_.all().empty()) TRY(use(*wanted_));
    auto connection = TRY(choose(request, addresses));
    if (records_.ended().contains(connection.ipv4)) TRY(forget_flows());
    auto connected = establish(request, connection, std::move(socket));
    if (!connected)
        if (const auto undone = disconnect(request.pod); !undone)
            base::log_line(base::LogLevel::kError, undone.error().message());
    return connected;
}

Result<Connection> Connector::choose(const network::Request& request,
                                     const std::vector<HostAddress>& addresses) {
    const auto routes = TRY(routes_into(host_, settings_.pool));
    TRY(check_pool(settings_.pool, addresses, routes));
    TRY(check_ports(request, records_.all()));
    const auto slot =
        pick_slot(settings_.pool, request.pod, taken_slots(settings_.pool, addresses));
    if (!slot)
        return Error{ErrorCode::kDenied,
                     fmt::format("all addresses of {} are taken", settings_.pool.ipv4_text())};
    Connection connection;
    connection.pod = request.pod;
    connection.ipv4 = settings_.pool.ipv4(*slot);
    if (settings_.pool.has_ipv6 && has_ipv6()) connection.ipv6 = settings_.pool.ipv6(*slot);
    TRY(check_families(request, connection));
    connection.ports = request.ports;
    connection.access = request.access;
    connection.since = now_usec();
    return connection;
}

Result<Connected> Connector::establish(const network::Request& request, Connection& connection,
                                       base::UniqueFd socket) {
    Netlink pod{std::move(socket)};
    TRY(make_link(host_, pod, settings_.pool, wanted_->mtu, connection));
    auto unlimited = TRY(limit(request, connection));
    // Before the rules: whoever comes after a crash knows then what to remove.
    TRY(records_.keep(connection));
    TRY(add_rules(connection));
    TRY(forward(connection.ipv6.has_value()));
    return Connected{connection.interface, std::move(unlimited),
                     settings_.pool.ipv4(Pool::kGateway), wanted_->domains};
}

// Why it is not limited, where that is well enough.
Result<std::string> Connector::limit(const network::Request& request, Connection& connection) {
    if (!request.bandwidth) return std::string{};
    auto limited = limit_rate(host_, connection.interface, request.pod, *request.bandwidth);
    if (limited) {
        connection.bandwidth = request.bandwidth;
        return std::string{};
    }
    if (limited.error().code() != ErrorCode::kUnsupported)
        return std::move(limited).error().with_context("limiting its bandwidth");
    if (request.best_effort) return limited.error().message();
    return Error{ErrorCode::kUnsupported,
                 fmt::format("isolator \"resource/network-bandwidth\" would have no effect: {}; "
                             "annotation \"podd.org/best-effort\" says that the pod is to start "
                             "all the same",
                             limited.error().message())};
}

Result<> Connector::add_rules(const Connection& connection) {
    // The first pod has no table yet; and "nft flush ruleset" may have taken it away.
    if (records_.all().size() == 1) return make_table();
    auto added = rules_.run(add_elements(connection));
    if (added || rules_.run(network::probe(settings_))) return added;
    return make_table();
}

// Also where the table is there: a rule set that was saved may hold pods of another day.
Result<> Connector::make_rules() {
    if (records_.all().empty()) return {};
    return make_table();
}

// With all pods that are connected, at once.
Result<> Connector::make_table() {
    std::string commands = network::kRemoveTable;
    commands += table(settings_);
    for (const auto& [name, connection] : records_.all())
        commands += add_elements(connection);
    return rules_.run(commands);
}

// Their links have gone with them. Nobody said so: they were killed with all that belongs to them.
Result<> Connector::forget_ended(const std::vector<HostAddress>& addresses) {
    std::vector<std::string> ended;
    for (const auto& [name, connection] : records_.all())
        if (!is_connected(connection, addresses)) ended.push_back(name);
    for (const auto& name : ended) {
        TRY(remove_limit(host_, name));
        TRY(forget(name));
    }
    return {};
}

Result<> Connector::forget(const std::string& pod) {
    const auto found = records_.all().find(pod);
    if (found == records_.all().end()) return {};
    // The last one takes the table with it.
    auto done = rules_.run(records_.all().size() == 1 ? network::kRemoveTable
                                                      : remove_elements(found->second));
    if (!done && rules_.run(network::probe(settings_))) return done;
    TRY(records_.end(pod));
    return records_.all().empty() ? records_.remove_settings() : Result<>{};
}

Result<> Connector::forget_flows() {
    if (records_.ended().empty()) return {};
    Addresses addresses;
    for (const auto& [ipv4, connection] : records_.ended()) {
        addresses.ipv4.insert(ipv4);
        if (connection.ipv6) addresses.ipv6.insert(*connection.ipv6);
    }
    TRY(flows_.forget(addresses));
    return records_.remove_ended();
}

Result<> Connector::disconnect(const std::string& pod) {
    TRY(remove_link(host_, pod));
    TRY(remove_limit(host_, pod));
    return forget(pod);
}

}  // namespace podd::network_service
