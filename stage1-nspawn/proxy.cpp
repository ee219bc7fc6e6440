// SPDX-License-Identifier: LGPL-2.1-or-later
// proxy loopback|sockets POD: hands connections at the sockets that systemd has opened to the pod.
// It looks up where each leads, gives up its rights, and runs systemd-socket-proxyd for as long as
// somebody is connected, and for UDP and SCTP a relay of its own: one process for each port, none
// for the others. It ends with the last.
//
// proxy --idle POD: ExecStopPost= of a proxy; ends the pod when the proxy has ended for want of
// connections and the pod wants that.
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "association_relay.h"
#include "bus_program.h"
#include "datagram_relay.h"
#include "listen_fds.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "program.h"
#include "proxy_target.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kProxy = "/usr/lib/systemd/systemd-socket-proxyd";

// Sockets that lead to the same port of the pod.
struct Line {
    std::vector<int> sockets;
    std::uint16_t port = 0;
    std::string protocol{};
    UniqueFd process{};  // pidfd of who serves it
    pid_t pid = -1;
};

// The sockets as descriptors 3 and up, which is where sd_listen_fds(3) has them. In a process that
// executes nothing more those above them would stay open: closed as well, they are the others'
// alone.
std::vector<int> as_listen_fds(const std::vector<int>& sockets) {
    constexpr int kAbove = 8192;  // out of the way of the numbers that are handed out
    std::vector<int> fds;
    fds.reserve(sockets.size());
    for (const int fd : sockets)
        fds.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, kAbove));
    int number = kFirstListenFd;
    for (int& fd : fds) {
        if (::dup2(fd, number) < 0) ::_exit(EXIT_FAILURE);
        fd = number++;
    }
    (void)::syscall(SYS_close_range, number, ~0U, 0);
    return fds;
}

using Relay = Result<> (*)(const std::vector<int>& sockets, const sockaddr_in& target);

[[noreturn]] void become_relay(Relay relay, const Line& line, const Targets& targets) {
    const auto done = relay(as_listen_fds(line.sockets), targets.at(line.port));
    if (!done) report_failure(done.error().message());
    ::_exit(done ? EXIT_SUCCESS : EXIT_FAILURE);
}

[[noreturn]] void become_proxy(const Line& line, const Targets& targets) {
    targets.await_listener(line.port);
    const auto fds = as_listen_fds(line.sockets);
    auto pid = fmt::format("LISTEN_PID={}", ::getpid());
    auto count = fmt::format("LISTEN_FDS={}", fds.size());
    char* environment[] = {pid.data(), count.data(), nullptr};
    const auto idle = fmt::format("--exit-idle-time={}us", targets.idle_usec());
    const auto target = fmt::format("{}:{}", targets.address(), line.port);
    const char* argv[] = {kProxy, idle.c_str(), target.c_str(), nullptr};
    (void)::execve(kProxy, const_cast<char* const*>(argv), environment);
    ::_exit(static_cast<int>(ExitStatus::kExec));
}

[[noreturn]] void become_server(const Line& line, const Targets& targets) {
    if (line.protocol == "udp") become_relay(relay_datagrams, line, targets);
    if (line.protocol == "sctp") become_relay(relay_associations, line, targets);
    become_proxy(line, targets);
}

Result<> serve(Line& line, const Targets& targets) {
    // Not clone3(2), which RestrictNamespaces= refuses.
    line.pid = ::fork();
    if (line.pid < 0) return errno_error("starting a proxy", errno);
    if (line.pid == 0) become_server(line, targets);
    line.process.reset(static_cast<int>(::syscall(SYS_pidfd_open, line.pid, 0U)));
    if (!line.process) return errno_error("watching a proxy", errno);
    return {};
}

// What is waited for: the end of who serves a line, else connections at its sockets.
std::vector<pollfd> waits_of(const std::vector<Line>& lines) {
    std::vector<pollfd> waits;
    for (const auto& line : lines) {
        if (line.process)
            waits.push_back({line.process.get(), POLLIN, 0});
        else
            for (const int fd : line.sockets)
                waits.push_back({fd, POLLIN, 0});
    }
    return waits;
}

bool is_ready(const std::vector<pollfd>& waits, int fd) {
    for (const auto& wait : waits)
        if (wait.fd == fd) return wait.revents != 0;
    return false;
}

// A proxy that fails would be started again at once, as the connection still waits.
Result<> reap(Line& line) {
    int status = 0;
    (void)::waitpid(line.pid, &status, 0);
    line.process.reset();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return Error{ErrorCode::kIo, fmt::format("the proxy for port {} failed", line.port)};
}

// Nobody is served, and nobody waits.
bool is_idle(const std::vector<Line>& lines) {
    for (const auto& line : lines)
        if (line.process) return false;
    auto waits = waits_of(lines);
    return ::poll(waits.data(), waits.size(), 0) == 0;
}

Result<> serve_until_idle(std::vector<Line>& lines, const Targets& targets) {
    do {
        auto waits = waits_of(lines);
        if (::poll(waits.data(), waits.size(), -1) < 0) return errno_error("waiting", errno);
        for (auto& line : lines) {
            if (line.process) {
                if (is_ready(waits, line.process.get())) TRY(reap(line));
                continue;
            }
            for (const int fd : line.sockets)
                if (!line.process && is_ready(waits, fd)) TRY(serve(line, targets));
        }
    } while (!is_idle(lines));
    return {};
}

// Sockets that lead nowhere, of a port that the image of an app does not have, are left alone.
std::vector<Line> lines_of(const Targets& targets) {
    std::map<std::pair<std::string, std::uint16_t>, Line> found;
    for (int fd = kFirstListenFd; fd < kFirstListenFd + count_listen_fds(); ++fd) {
        const auto socket = listener(fd);
        const auto port = targets.port_of(socket);
        if (!port) continue;
        auto& line = found[{std::string{socket.protocol}, *port}];
        line.port = *port;
        line.protocol = socket.protocol;
        line.sockets.push_back(fd);
    }
    std::vector<Line> lines;
    lines.reserve(found.size());
    for (auto& [port, line] : found)
        lines.push_back(std::move(line));
    return lines;
}

Result<> proxy(std::string_view kind, const std::string& pod) {
    (void)::syscall(SYS_close_range, kFirstListenFd, ~0U, CLOSE_RANGE_CLOEXEC);
    const auto targets = TRY(Targets::find(kind == "sockets", pod));
    TRY(targets.enter());
    TRY(give_up_capabilities());
    auto lines = lines_of(targets);
    if (lines.empty()) return Error{ErrorCode::kNotFound, "no socket leads to a port of the pod"};
    return serve_until_idle(lines, targets);
}

// Source: systemd.exec(5), $SERVICE_RESULT.
Result<> end_idle_pod(const std::string& pod) {
    const auto is = [](const char* name, std::string_view wanted) {
        const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
        return value != nullptr && value == wanted;
    };
    if (!is("EXIT_CODE", "exited") || !is("EXIT_STATUS", "0")) return {};
    const auto directory = plan::open_pod_directory(pod);
    if (!directory) return {};  // it has ended already
    const auto plan = TRY(plan::read_pod_plan(directory->get()));
    if (!plan.idle_stop_usec) return {};
    return start_unit(fmt::format("pod-stop@{}.target", pod));
}

}  // namespace

}  // namespace podd::stage1

int main(int argc, char** argv) {
    using namespace podd;
    const std::string_view verb = argc == 3 ? argv[1] : "";
    if (verb != "loopback" && verb != "sockets" && verb != "--idle") {
        stage1::report_failure("usage: proxy loopback|sockets|--idle POD");
        return EXIT_FAILURE;
    }
    const auto done =
        verb == "--idle" ? stage1::end_idle_pod(argv[2]) : stage1::proxy(verb, argv[2]);
    if (done) return EXIT_SUCCESS;
    stage1::report_failure(fmt::format("proxy of pod \"{}\": {}", argv[2], done.error().message()));
    return EXIT_FAILURE;
}
