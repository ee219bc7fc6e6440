// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network.h"

#include <cerrno>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/ip_address.h"
#include "base/socket_message.h"
#include "network/service_call.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

// As long as systemd waits for a unit to start.
constexpr timeval kPatience{60, 0};

// Whoever has it changes the pod's network without a right to enter that.
Result<UniqueFd> socket_in_pod(int proc_fd, int pidfd) {
    const UniqueFd own{::openat(proc_fd, "self/ns/net", O_RDONLY | O_CLOEXEC)};
    if (!own) return errno_error("opening the host's network", errno);
    if (::setns(pidfd, CLONE_NEWNET) < 0) return errno_error("joining the pod's network", errno);
    UniqueFd socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
    const int failed = errno;
    if (::setns(own.get(), CLONE_NEWNET) < 0)
        return errno_error("going back to the host's network", errno);
    if (!socket) return errno_error("opening a socket in the pod's network", failed);
    return socket;
}

bool is_loopback(std::string_view text) {
    const auto ipv4 = base::parse_ipv4(text);
    const auto ipv6 = base::parse_ipv6(text);
    return (ipv4 && base::is_loopback(*ipv4)) || (ipv6 && base::is_loopback(*ipv6));
}

std::vector<network::Port> ports_of(const plan::PodPlan& pod) {
    std::vector<network::Port> ports;
    if (!pod.ports) return ports;
    for (const auto& one : *pod.ports)
        // At a loopback address nothing arrives that rules could lead on: see "proxy".
        if (!is_loopback(one.host_ip))
            ports.push_back({one.protocol, one.host_ip, one.host_port, one.pod_port});
    return ports;
}

network::Access access_of(const plan::PodPlan& pod) {
    network::Access access;
    access.restricted = pod.network == plan::Network::kDefaultRestricted;
    if (!pod.network_access) return access;
    for (const auto one : *pod.network_access)
        switch (one) {
            case plan::NetworkAccess::kPods: access.pods = true; break;
            case plan::NetworkAccess::kHost: access.host = true; break;
            case plan::NetworkAccess::kMetadata: access.metadata = true; break;
        }
    return access;
}

}  // namespace

Result<NetworkService> NetworkService::call() {
    auto socket = TRY(network::call_service());
    (void)::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    return NetworkService{std::move(socket)};
}

Result<> NetworkService::ask(const plan::PodPlan& pod, int proc_fd, int pidfd) {
    const auto inside = TRY(socket_in_pod(proc_fd, pidfd));
    network::Request request{network::Request::Verb::kConnect, pod.name, ports_of(pod),
                             access_of(pod)};
    if (pod.bandwidth) {
        request.bandwidth = pod.bandwidth->bytes_per_sec;
        request.best_effort = pod.bandwidth->best_effort;
    }
    return base::send_message(socket_.get(), to_text(request), {inside.get()});
}

Result<network::Reply> NetworkService::finish() {
    auto answer = TRY_CONTEXT(network::receive_answer(socket_.get(), 0), "network \"default\"");
    const auto& error = answer.reply.error;
    if (!error.empty())
        return Error{ErrorCode::kConflict, fmt::format("network \"default\": {}", error)};
    return std::move(answer.reply);
}

Result<> remove_network(const std::string& pod) {
    const network::Request request{network::Request::Verb::kDisconnect, pod, {}, {}};
    // Once more where the service is killed over it: systemd starts it again, and half is no more
    // than nothing.
    for (int tries = 2;;) {
        auto service = TRY(NetworkService::call());
        TRY(base::send_message(service.socket_.get(), to_text(request), {}));
        const auto done = service.finish();
        if (done) return {};
        if (--tries == 0 || done.error().code() != ErrorCode::kUnavailable) return done.error();
    }
}

}  // namespace podd::stage1
