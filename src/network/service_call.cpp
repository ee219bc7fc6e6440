// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/service_call.h"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/un.h>

#include "base/socket_message.h"

namespace podd::network {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

Result<UniqueFd> call_service(int flags, const char* socket) {
    UniqueFd connection{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, socket, sizeof address.sun_path - 1);
    if (!connection || ::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address),
                                 sizeof address) < 0)
        return Error{ErrorCode::kUnavailable,
                     fmt::format("podd-network.socket does not listen: \"{}\": {}", socket,
                                 base::errno_error("connect", errno).message())};
    return connection;
}

Result<Answer> receive_answer(int socket, std::size_t max_fds) {
    auto message = base::receive_message(socket, kMaxMessage, max_fds);
    if (!message || message->text.empty())
        return Error{ErrorCode::kUnavailable,
                     "podd-network.service does not answer; its journal says why"};
    auto reply = TRY(parse_reply(message->text));
    return Answer{std::move(reply), std::move(message->fds)};
}

}  // namespace podd::network
