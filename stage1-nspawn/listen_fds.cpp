// SPDX-License-Identifier: LGPL-2.1-or-later
#include "listen_fds.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/ip_address.h"
#include "base/number.h"

namespace podd::stage1 {

namespace {

// Source: sd_listen_fds_with_names(3).
constexpr std::string_view kNameless = "unknown";

bool is_of(const plan::SocketPlan& socket, const Listener& found) {
    // All of one family, where the host has no other.
    const bool here = socket.host_ip.empty() ? base::is_every_address(found.host_ip)
                                             : socket.host_ip == found.host_ip;
    return socket.protocol == found.protocol && here && found.port >= socket.port &&
           found.port - socket.port < static_cast<int>(socket.count);
}

std::string_view planned_name(const plan::AppPlan& app, int fd) {
    const auto found = listener(fd);
    if (!app.sockets || found.protocol.empty()) return {};
    for (const auto& socket : *app.sockets)
        if (is_of(socket, found)) return socket.name;
    return {};
}

// Takes the first one off.
std::string_view next_name(std::string_view& names) {
    const auto name = names.substr(0, names.find(':'));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    return name.empty() ? kNameless : name;
}

// Empty where `fd` cannot say it. What the administrator may have made of the two others, as
// multipath TCP, is of the same kind.
std::string_view protocol_of(int fd) {
    int type = 0;
    int protocol = 0;
    for (auto [option, value] : {std::pair{SO_TYPE, &type}, std::pair{SO_PROTOCOL, &protocol}}) {
        socklen_t length = sizeof *value;
        if (::getsockopt(fd, SOL_SOCKET, option, value, &length) < 0) return {};
    }
    if (protocol == IPPROTO_SCTP) return "sctp";
    return type == SOCK_STREAM ? "tcp" : type == SOCK_DGRAM ? "udp" : "";
}

}  // namespace

Listener listener(int fd) {
    Listener found;
    sockaddr_storage address{};
    socklen_t length = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) < 0) return found;
    char text[INET6_ADDRSTRLEN] = "";
    if (address.ss_family == AF_INET) {
        const auto& ipv4 = reinterpret_cast<const sockaddr_in&>(address);
        found.host_ip = ::inet_ntop(AF_INET, &ipv4.sin_addr, text, sizeof text);
        found.port = ntohs(ipv4.sin_port);
    } else if (address.ss_family == AF_INET6) {
        const auto& ipv6 = reinterpret_cast<const sockaddr_in6&>(address);
        found.host_ip = ::inet_ntop(AF_INET6, &ipv6.sin6_addr, text, sizeof text);
        found.port = ntohs(ipv6.sin6_port);
    } else {
        return found;
    }
    found.protocol = protocol_of(fd);
    return found;
}

int count_listen_fds() {
    const char* pid = std::getenv("LISTEN_PID");    // NOLINT(concurrency-mt-unsafe): one thread
    const char* count = std::getenv("LISTEN_FDS");  // NOLINT(concurrency-mt-unsafe)
    if (pid == nullptr || count == nullptr || fmt::format("{}", ::getpid()) != pid) return 0;
    const auto value = base::parse_number<int>(count);
    return value && *value > 0 ? *value : 0;
}

std::string listen_fd_names(const plan::AppPlan& app, int count) {
    const char* said = std::getenv("LISTEN_FDNAMES");  // NOLINT(concurrency-mt-unsafe)
    std::string_view names = said == nullptr ? "" : said;
    std::string text;
    for (int i = 0; i < count; ++i) {
        const auto given = next_name(names);
        const auto planned = planned_name(app, kFirstListenFd + i);
        if (i > 0) text += ':';
        text += planned.empty() ? given : planned;
    }
    return text;
}

void keep_listen_fds(int count) {
    for (int fd = kFirstListenFd; fd < kFirstListenFd + count; ++fd)
        (void)::fcntl(fd, F_SETFD, 0);
}

}  // namespace podd::stage1
