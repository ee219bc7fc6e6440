// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages over a socket that keeps them apart, with open descriptors beside them. Source: unix(7).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::base {

/// As many descriptors go with one message. Source: SCM_MAX_FD in include/net/scm.h.
inline constexpr std::size_t kMaxMessageFds = 253;

struct SocketMessage {
    std::string text;  // empty: the other end is gone
    std::vector<UniqueFd> fds;
};

/// `text` must not be empty. `flags` as those of sendmsg(2); MSG_NOSIGNAL is added.
/// Errors: kUnsupported for too many descriptors; kIo.
Result<> send_message(int socket, std::string_view text, const std::vector<int>& fds,
                      int flags = 0);

/// Waits for one. Errors: kIo; kInternal when it has more bytes or descriptors than may be: none of
/// them stays open then.
Result<SocketMessage> receive_message(int socket, std::size_t max_bytes, std::size_t max_fds);

}  // namespace podd::base
