// SPDX-License-Identifier: LGPL-2.1-or-later
#include "proxy_target.h"

#include <cerrno>
#include <ctime>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"
#include "base/ip_address.h"
#include "join.h"
#include "network/connection.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::string_view kRecords = "/run/podd/network";
constexpr std::size_t kMaxFile = std::size_t{8} * 1024 * 1024;
constexpr std::uint64_t kIdleUsec = 10'000'000;
constexpr int kListenTries = 300;
constexpr timespec kPause{0, 100'000'000};

// By open(2): DynamicUser= implies RestrictSUIDSGID=, which answers ENOSYS to openat2(2). All of
// these folders are root's.
Result<base::Json> read_json(const std::string& path) {
    const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!fd) return errno_error(fmt::format("opening \"{}\"", path), errno);
    const auto text = TRY(base::read_all(fd.get(), kMaxFile));
    return TRY_CONTEXT(base::Json::parse(text), "\"{}\"", path);
}

// The host's own address is what the app sees then, not its loopback address, which some apps
// trust.
Result<std::string> address_of(const std::string& pod) {
    const auto json = TRY(read_json(fmt::format("{}/{}.json", kRecords, pod)));
    return base::text(TRY(network::connection_from_json(json)).ipv4);
}

bool is_listening(const sockaddr_in& to) {
    const UniqueFd fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    return !fd || ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

}  // namespace

Result<Targets> Targets::find(bool activates, const std::string& pod) {
    const auto folder = fmt::format("{}/{}", plan::kRunDir, pod);
    const auto plan =
        TRY(plan::pod_plan(TRY(read_json(fmt::format("{}/{}", folder, plan::kPodFile)))));
    Targets targets;
    targets.waits_ = activates;
    targets.idle_usec_ = activates ? plan.idle_stop_usec.value_or(kIdleUsec) : kIdleUsec;
    const auto& ports = activates ? plan.proxied : plan.ports;
    if (ports) targets.ports_ = *ports;
    targets.address_ = "127.0.0.1";
    if (plan::has_link(plan.network))
        targets.address_ = TRY_CONTEXT(address_of(pod), "its address is not known");
    else if (plan.network != plan::Network::kHost)
        targets.leader_ = TRY(open_leader(TRY(plan::sandbox_record(
            TRY(read_json(fmt::format("{}/{}", folder, plan::kSandboxFile)))))));
    return targets;
}

Result<> Targets::enter() const {
    if (leader_ && ::setns(leader_.get(), CLONE_NEWNET) < 0)
        return errno_error("joining the pod's network", errno);
    return {};
}

std::optional<std::uint16_t> Targets::port_of(const Listener& socket) const {
    for (const auto& one : ports_)
        if (one.protocol == socket.protocol && one.host_port == socket.port &&
            base::addresses_overlap(one.host_ip, socket.host_ip))
            return one.pod_port;
    return std::nullopt;
}

sockaddr_in Targets::at(std::uint16_t port) const {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    // It is text that was made of an address.
    (void)::inet_pton(AF_INET, address_.c_str(), &at.sin_addr);
    return at;
}

void Targets::await_listener(std::uint16_t port) const {
    for (int i = 0; waits_ && i < kListenTries && !is_listening(at(port)); ++i)
        (void)::nanosleep(&kPause, nullptr);
}

Result<> give_up_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct none[2]{};
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
        ::syscall(SYS_capset, &header, none) < 0)
        return errno_error("giving up capabilities", errno);
    return {};
}

}  // namespace podd::stage1
