// SPDX-License-Identifier: LGPL-2.1-or-later
// The network of pods: makes and removes links, addresses and rules, as starts and ends of pods ask
// for. Of root's rights it has CAP_NET_ADMIN alone. As podd-network-rules.service, it asks itself
// for the rules. Source: podd.network(5).
#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-id128.h>

#include "base/log.h"
#include "base/socket_message.h"
#include "event/service_loop.h"
#include "network/service_call.h"
#include "network/settings.h"
#include "server.h"

namespace podd::network_service {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// What the prefix of unique local addresses is derived with from the machine id. Never to change.
constexpr sd_id128_t kPrefixId =
    SD_ID128_MAKE(6e, 1c, 5a, 0f, 93, d7, 4b, 2e, a8, 40, 7b, c5, 12, 9d, e6, 31);

Result<network::Pool> own_pool() {
    sd_id128_t id{};
    TRY(event::check("reading the machine id", sd_id128_get_machine_app_specific(kPrefixId, &id)));
    std::array<std::uint8_t, 16> bytes{};
    std::copy_n(id.bytes, bytes.size(), bytes.begin());
    return network::pool_of(bytes);
}

Result<base::UniqueFd> passed_socket() {
    if (::sd_listen_fds(1) != 1)
        return Error{ErrorCode::kInvalidArgument,
                     "it is started by podd-network.socket, with one socket"};
    return base::UniqueFd{SD_LISTEN_FDS_START};
}

Result<> serve() {
    auto socket = TRY(passed_socket());
    const char* folder = std::getenv("RUNTIME_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
    const auto pool = TRY(own_pool());
    auto connector = Connector::start(network::read_settings(pool), {pool, true},
                                      folder == nullptr ? "/run/podd/network" : folder);
    if (!connector) base::log_line(base::LogLevel::kError, connector.error().message());
    const auto loop = TRY(event::ServiceLoop::make());
    Server server{loop.get(), std::move(connector)};
    TRY(server.listen(std::move(socket)));
    event::ServiceLoop::announce_ready();
    return loop.run();
}

// The service may be serving, about to end, or not there: whoever asks at its socket is heard.
Result<> ask_for_rules() {
    const auto socket = TRY(network::call_service());
    const network::Request request{network::Request::Verb::kRules, {}, {}, {}};
    TRY(base::send_message(socket.get(), to_text(request), {}));
    const auto answer = TRY(network::receive_answer(socket.get(), 0));
    if (!answer.reply.error.empty())
        return Error{ErrorCode::kIo,
                     fmt::format("the rules of pods were not made: {}", answer.reply.error)};
    return {};
}

}  // namespace
}  // namespace podd::network_service

int main(int argc, char** argv) {
    using namespace podd::network_service;
    const bool rules = argc == 2 && std::string_view{argv[1]} == "rules";
    return podd::event::service_main(rules ? 1 : argc,
                                     "usage: network [rules]; see podd.network(5)",
                                     rules ? ask_for_rules : serve);
}
