// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata.h"

#include <cerrno>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/socket_message.h"
#include "plan/metadata_record.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

// More than the service serves at a time would only wait here.
constexpr int kBacklog = 16;

Result<UniqueFd> listen_at_loopback() {
    UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(plan::kMetadataPort);
    if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0 ||
        ::listen(fd.get(), kBacklog) < 0)
        return errno_error(fmt::format("listening at 127.0.0.1:{} in the pod", plan::kMetadataPort),
                           errno);
    return fd;
}

Result<UniqueFd> listen_in_pod(const Leader& leader) {
    const auto own = TRY(base::open_path("/proc/self/ns/net", O_RDONLY));
    if (::setns(leader.pidfd(), CLONE_NEWNET) < 0)
        return errno_error("joining the pod's network", errno);
    auto listener = listen_at_loopback();
    if (::setns(own.get(), CLONE_NEWNET) < 0)
        return errno_error("going back to the host's network", errno);
    return listener;
}

Result<UniqueFd> connect_to_service() {
    // Never wait: a full queue is a service that does not run.
    UniqueFd fd{::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, plan::kMetadataSocket, sizeof address.sun_path - 1);
    if (!fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        return Error{ErrorCode::kUnavailable,
                     fmt::format("the metadata service does not listen: \"{}\": {}; run 'systemctl "
                                 "enable --now podd-metadata.socket'",
                                 plan::kMetadataSocket, errno_error("connect", errno).message())};
    return fd;
}

}  // namespace

Result<> offer_metadata(const plan::PodPlan& pod, int pod_directory, const Leader& leader) {
    if (!pod.metadata) return {};
    auto service = connect_to_service();
    if (!service && *pod.metadata == plan::Metadata::kOffered) {
        base::log_line(base::LogLevel::kWarning,
                       fmt::format("pod \"{}\" starts without metadata: {}", pod.name,
                                   service.error().message()));
        return {};
    }
    const auto socket = TRY(std::move(service));
    const auto listener = TRY(listen_in_pod(leader));
    const auto record =
        TRY(base::open_at(pod_directory, std::string{plan::kMetadataFile}, O_RDONLY));
    return base::send_message(socket.get(), plan::kMetadataHello,
                              {listener.get(), leader.pidfd(), record.get()});
}

}  // namespace podd::stage1
