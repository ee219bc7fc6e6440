// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/host_sockets.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ip_address.h"
#include "base/number.h"
#include "base/printable.h"
#include "base/read_link.h"
#include "base/unique_fd.h"

namespace podd::pod {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::string_view kWhat = "listing the sockets of the host";
// The kernel answers at once.
constexpr timeval kPatience{10, 0};
// No message of a list is longer. Source: netlink_dump().
constexpr std::size_t kReceiveBytes = std::size_t{32} * 1024;
constexpr std::size_t kMaxName = 64;
// The first interface of each network namespace. Source: LOOPBACK_IFINDEX, include/net/flow.h.
constexpr std::uint32_t kLoopbackDevice = 1;

struct Request {
    nlmsghdr header{};
    inet_diag_req_v2 wanted{};
};

int number_of(std::string_view protocol) {
    if (protocol == "udp") return IPPROTO_UDP;
    return protocol == "sctp" ? IPPROTO_SCTP : IPPROTO_TCP;
}

Request request_for(int family, std::string_view protocol) {
    Request request;
    request.header.nlmsg_len = sizeof request;
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.wanted.sdiag_family = static_cast<std::uint8_t>(family);
    request.wanted.sdiag_protocol = static_cast<std::uint8_t>(number_of(protocol));
    // To the kernel a socket of UDP without a peer is a closed one.
    request.wanted.idiag_states = 1U << (protocol == "udp" ? TCP_CLOSE : TCP_LISTEN);
    return request;
}

std::string ipv4_text(const void* bytes) {
    base::Ipv4 address{};
    std::memcpy(address.data(), bytes, address.size());
    return base::text(address);
}

// A socket of IPv6 at all addresses, or at one of IPv4 in IPv6, gets what comes by IPv4.
std::string ipv6_text(const void* bytes, bool only_ipv6) {
    in6_addr raw{};
    std::memcpy(&raw, bytes, sizeof raw);
    if (IN6_IS_ADDR_V4MAPPED(&raw)) return ipv4_text(&raw.s6_addr[12]);
    base::Ipv6 address{};
    std::memcpy(address.data(), bytes, address.size());
    const auto text = base::text(address);
    return base::is_every_address(text) && !only_ipv6 ? std::string{} : text;
}

// Those that SCTP has at once.
std::vector<std::string> local_addresses(std::string_view attribute, bool only_ipv6) {
    std::vector<std::string> addresses;
    for (; attribute.size() >= sizeof(sockaddr_storage);
         attribute.remove_prefix(sizeof(sockaddr_storage))) {
        sockaddr_storage storage{};
        std::memcpy(&storage, attribute.data(), sizeof storage);
        if (storage.ss_family == AF_INET)
            addresses.push_back(ipv4_text(&reinterpret_cast<const sockaddr_in&>(storage).sin_addr));
        if (storage.ss_family == AF_INET6)
            addresses.push_back(
                ipv6_text(&reinterpret_cast<const sockaddr_in6&>(storage).sin6_addr, only_ipv6));
    }
    return addresses;
}

struct Attributes {
    bool only_ipv6 = false;
    std::string_view locals;
};

Attributes attributes_of(std::string_view bytes) {
    Attributes found;
    while (bytes.size() >= sizeof(nlattr)) {
        nlattr attribute{};
        std::memcpy(&attribute, bytes.data(), sizeof attribute);
        if (attribute.nla_len < NLA_HDRLEN || attribute.nla_len > bytes.size()) break;
        const auto value = bytes.substr(NLA_HDRLEN, attribute.nla_len - std::size_t{NLA_HDRLEN});
        if (attribute.nla_type == INET_DIAG_SKV6ONLY && !value.empty())
            found.only_ipv6 = value.front() != 0;
        if (attribute.nla_type == INET_DIAG_LOCALS) found.locals = value;
        bytes.remove_prefix(
            std::min<std::size_t>(NLA_ALIGN(std::size_t{attribute.nla_len}), bytes.size()));
    }
    return found;
}

// True when it was the last datagram.
Result<bool> read_answer(std::string_view answer, std::string_view protocol,
                         std::vector<HostSocket>& sockets) {
    auto left = static_cast<unsigned>(answer.size());
    for (const auto* message = reinterpret_cast<const nlmsghdr*>(answer.data());
         NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
        if (message->nlmsg_type == NLMSG_DONE) return true;
        if (message->nlmsg_type == NLMSG_ERROR) {
            nlmsgerr error{};
            if (message->nlmsg_len < NLMSG_LENGTH(sizeof error)) return errno_error(kWhat, EPROTO);
            std::memcpy(&error, NLMSG_DATA(message), sizeof error);
            return errno_error(kWhat, -error.error);
        }
        const auto more = sockets_of(*message, protocol);
        sockets.insert(sockets.end(), more.begin(), more.end());
    }
    return false;
}

Result<> list(int netlink, int family, std::string_view protocol,
              std::vector<HostSocket>& sockets) {
    const auto request = request_for(family, protocol);
    if (::send(netlink, &request, sizeof request, MSG_NOSIGNAL) < 0)
        return errno_error(kWhat, errno);
    alignas(nlmsghdr) std::array<char, kReceiveBytes> buffer{};
    for (bool done = false; !done;) {
        const ssize_t n = ::recv(netlink, buffer.data(), buffer.size(), 0);
        if (n < 0) return errno_error(kWhat, errno);
        done = TRY(read_answer({buffer.data(), static_cast<std::size_t>(n)}, protocol, sockets));
    }
    return {};
}

// Who may not look at a process, or comes too late, sees nothing.
bool has_open(const std::string& pid, const std::string& socket) {
    const auto directory = base::open_path(fmt::format("/proc/{}/fd", pid), O_RDONLY | O_DIRECTORY);
    if (!directory) return false;
    const auto names = base::list_dir(directory->get());
    return names && std::any_of(names->begin(), names->end(), [&](const auto& name) {
               const auto target = base::read_link(directory->get(), name);
               return target && *target == socket;
           });
}

std::string link_of(std::uint32_t inode) {
    return fmt::format("socket:[{}]", inode);
}

std::string program_name(const std::string& pid) {
    auto name = base::read_file(fmt::format("/proc/{}/comm", pid), kMaxName);
    if (!name) return {};
    if (name->ends_with('\n')) name->pop_back();
    return base::printable(*name);
}

}  // namespace

std::vector<HostSocket> sockets_of(const nlmsghdr& message, std::string_view protocol) {
    std::vector<HostSocket> sockets;
    inet_diag_msg socket{};
    if (message.nlmsg_len < NLMSG_LENGTH(sizeof socket)) return sockets;
    const auto* data = static_cast<const char*>(NLMSG_DATA(&message));
    std::memcpy(&socket, data, sizeof socket);
    const auto [only_ipv6, locals] = attributes_of(
        {data + sizeof socket, message.nlmsg_len - std::size_t{NLMSG_LENGTH(sizeof socket)}});
    auto addresses = local_addresses(locals, only_ipv6);
    if (addresses.empty())
        addresses.push_back(socket.idiag_family == AF_INET
                                ? ipv4_text(&socket.id.idiag_src)
                                : ipv6_text(&socket.id.idiag_src, only_ipv6));
    for (auto& address : addresses) {
        const bool at_loopback =
            socket.id.idiag_if == kLoopbackDevice || base::is_loopback(address);
        sockets.push_back({std::string{protocol}, std::move(address), ntohs(socket.id.idiag_sport),
                           socket.idiag_inode, at_loopback});
    }
    return sockets;
}

Result<std::vector<HostSocket>> host_sockets(std::string_view protocol) {
    std::vector<HostSocket> sockets;
    // To ask of SCTP would load it, where nobody has.
    if (protocol == "sctp" && ::access("/proc/self/net/sctp", F_OK) < 0) return sockets;
    const UniqueFd netlink{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG)};
    if (!netlink) return errno_error(kWhat, errno);
    (void)::setsockopt(netlink.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    for (const int family : {AF_INET, AF_INET6})
        TRY(list(netlink.get(), family, protocol, sockets));
    return sockets;
}

bool is_of_systemd(std::uint32_t inode) {
    return inode != 0 && has_open("1", link_of(inode));
}

std::string holder_of(std::uint32_t inode) {
    if (inode == 0) return {};
    const auto proc = base::open_path("/proc", O_RDONLY | O_DIRECTORY);
    if (!proc) return {};
    const auto names = base::list_dir(proc->get());
    if (!names) return {};
    for (const auto& pid : *names)
        if (pid != "1" && base::parse_number<unsigned>(pid) && has_open(pid, link_of(inode)))
            return program_name(pid);
    return is_of_systemd(inode) ? program_name("1") : std::string{};
}

}  // namespace podd::pod
