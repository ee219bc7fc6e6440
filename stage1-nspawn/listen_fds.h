// SPDX-License-Identifier: LGPL-2.1-or-later
// Sockets that systemd listens at for an app. Source: sd_listen_fds(3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "plan/plan.h"

namespace podd::stage1 {

inline constexpr int kFirstListenFd = 3;

/// How many systemd has handed to this process, from kFirstListenFd on.
int count_listen_fds();

/// What $LISTEN_FDNAMES is to say of them: the names of the ports that they listen at. One that an
/// administrator's drop-in has added keeps the name that systemd gave it.
std::string listen_fd_names(const plan::AppPlan& app, int count);

/// What a socket listens at.
struct Listener {
    std::string_view protocol;  // "tcp", "udp" or "sctp"; empty: none of them
    std::string host_ip;        // "0.0.0.0" or "::": all addresses
    std::uint16_t port = 0;
};
Listener listener(int fd);

/// They go on through execve(2).
void keep_listen_fds(int count);

}  // namespace podd::stage1
