// SPDX-License-Identifier: LGPL-2.1-or-later
// The way to podd-network.service, which its socket starts, and back. Source: podd.network(5).
#pragma once

#include <cstddef>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "network/message.h"

namespace podd::network {

/// A connection of its own for each request. `flags`: SOCK_NONBLOCK or none.
/// Errors: kUnavailable.
base::Result<base::UniqueFd> call_service(int flags = 0, const char* socket = kSocket);

struct Answer {
    Reply reply;
    std::vector<base::UniqueFd> fds;
};

/// What is said to a request. Errors: kUnavailable where the service has ended over it, or takes
/// longer than the socket waits; kInvalidArgument, kCorrupt.
base::Result<Answer> receive_answer(int socket, std::size_t max_fds);

}  // namespace podd::network
