// SPDX-License-Identifier: LGPL-2.1-or-later
#include "resolver.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/domain_name.h"
#include "base/file.h"
#include "base/log.h"
#include "network/resolv_conf.h"
#include "resolve/names.h"
#include "resolve/share.h"

namespace podd::resolve_service {

using network::Connection;

namespace {

// As many at a time; what comes beyond is not answered, and asked again.
constexpr std::size_t kMaxPending = 2048;
constexpr std::size_t kMaxPendingOfPod = 512;
constexpr std::uint16_t kPort = 53;
constexpr const char* kHostFile = "/etc/resolv.conf";
constexpr std::size_t kMaxFile = std::size_t{64} * 1024;

std::string text_of(const char* path) {
    auto text = base::read_file(path, kMaxFile);
    return text ? std::move(*text) : std::string{};
}

// The host's are read each time: so a change is seen at once.
std::vector<SocketAddress> addresses_of(const std::optional<std::vector<std::string>>& servers) {
    std::vector<SocketAddress> found;
    const auto names =
        servers ? *servers
                : network::name_servers(text_of(kHostFile), text_of(network::kResolvedFile));
    for (const auto& server : names) {
        if (found.size() == base::kMaxNameServers) break;
        if (const auto address = server_address(server, kPort)) found.push_back(*address);
    }
    return found;
}

}  // namespace

const Connection* Resolver::find(const Asker& asker) {
    const auto* pod = records_.now().by_address(asker.address);
    if (pod == nullptr || !is_live(*pod)) return nullptr;
    if (asker.interface != 0 && asker.interface != pod->interface) return nullptr;
    return pod;
}

void Resolver::ask(std::string_view message, const Asker& asker, Transport transport, Reply reply) {
    ++asked_;
    const auto* pod = find(asker);
    if (pod == nullptr) return reply({});
    auto received = resolve::read_query(message);
    if (!received.query) return reply(std::move(received.error));
    if (auto own = resolve::own_answer(*received.query, *pod, records_.now(), is_live))
        return reply(std::move(*own));
    ask_servers(std::move(*received.query), pod->pod, transport, std::move(reply));
}

// Where there is none for all pods, some of them ask for more than their share.
bool Resolver::make_room(const std::string& pod) {
    const auto found = pending_of_.find(pod);
    if (found != pending_of_.end() && found->second >= kMaxPendingOfPod) return false;
    if (pending_.size() < kMaxPending) return true;
    const auto other = resolve::gives_up_place(pending_of_, pod);
    if (!other) return false;
    const auto oldest =
        std::ranges::find_if(pending_, [&](const auto& one) { return one.second.pod == *other; });
    oldest->second.exchange->give_up();
    return true;
}

void Resolver::ask_servers(resolve::Query query, const std::string& pod, Transport transport,
                           Reply reply) {
    auto known = addresses_of(servers_);
    if (known.empty() && !servers_ && !said_no_server_)
        base::log_line(base::LogLevel::kWarning,
                       "the host's /etc/resolv.conf names no server: pods resolve no names but "
                       "those of pods");
    said_no_server_ = known.empty();
    if (!make_room(pod)) return reply({});
    const auto number = ++last_number_;
    auto exchange =
        std::make_unique<Exchange>(std::move(query), std::move(known), transport,
                                   [this, number, reply = std::move(reply)](std::string answer) {
                                       reply(std::move(answer));
                                       end(number);
                                   });
    if (const auto started = exchange->start(event_); !started) {
        base::log_line(base::LogLevel::kError, started.error().message());
        return exchange->give_up();
    }
    pending_.emplace(number, Pending{pod, std::move(exchange)});
    ++pending_of_[pod];
}

void Resolver::end(std::uint64_t number) {
    const auto found = pending_.find(number);
    if (found == pending_.end()) return;
    const auto count = pending_of_.find(found->second.pod);
    if (--count->second == 0) pending_of_.erase(count);
    pending_.erase(found);
}

}  // namespace podd::resolve_service
