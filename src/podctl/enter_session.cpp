// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/enter_session.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/socket_message.h"

namespace podd::podctl {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr int kRestMsec = 500;
constexpr std::chrono::seconds kAllRest{3};
constexpr const char* kNoTerminalType = "vt220";  // what systemd takes where $TERM says nothing
constexpr int kSignals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};

plan::TerminalRequest own_terminal() {
    const char* type = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe): one thread
    plan::TerminalRequest terminal{type == nullptr || *type == '\0' ? kNoTerminalType : type};
    winsize size{};
    if (::ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
        terminal.rows = size.ws_row;
        terminal.columns = size.ws_col;
    }
    return terminal;
}

// Nothing of ours may come to lie where the caller has closed a stream.
Result<> open_closed_streams() {
    for (int number = STDIN_FILENO; number <= STDERR_FILENO; ++number)
        if (::fcntl(number, F_GETFD) < 0 && ::open("/dev/null", O_RDWR | O_CLOEXEC) != number)
            return errno_error("opening \"/dev/null\"", errno);
    return {};
}

}  // namespace

Result<std::unique_ptr<EnterSession>> EnterSession::make() {
    TRY(open_closed_streams());
    std::unique_ptr<EnterSession> session{new EnterSession};  // NOLINT: the constructor is private
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return errno_error("making a pair of sockets", errno);
    session->socket_.reset(ends[0]);
    session->control_.reset(ends[1]);
    if (::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1)
        session->request_.terminal = own_terminal();
    TRY(session->send_request());
    return session;
}

// Returns the command's end of a pipe that stands for the terminal at `number`.
Result<UniqueFd> EnterSession::pipe_to(int number) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return errno_error("making a pipe", errno);
    UniqueFd read_end{ends[0]};
    UniqueFd write_end{ends[1]};
    const bool inwards = number == STDIN_FILENO;
    UniqueFd& ours = inwards ? write_end : read_end;
    // Each end has flags of its own: the command's goes on to wait.
    if (::fcntl(ours.get(), F_SETFL, O_NONBLOCK) < 0)
        return errno_error("setting up a pipe", errno);
    Pump pump{inwards ? number : ours.get(), inwards ? ours.get() : number};
    pump.own(std::move(ours));
    flows_.push_back({std::move(pump), inwards});
    return inwards ? std::move(read_end) : std::move(write_end);
}

Result<> EnterSession::send_request() {
    std::vector<int> fds;
    std::vector<UniqueFd> theirs;
    for (int number = STDIN_FILENO; number <= STDERR_FILENO && !request_.terminal; ++number) {
        if (::isatty(number) != 1) {
            fds.push_back(number);
            continue;
        }
        theirs.push_back(TRY(pipe_to(number)));
        fds.push_back(theirs.back().get());
    }
    return base::send_message(socket_.get(), plan::to_text(request_), fds);
}

Result<> EnterSession::listen() {
    (void)::signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    (void)::sigemptyset(&set);
    for (const int signal : kSignals)
        (void)::sigaddset(&set, signal);
    (void)::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signals_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!signals_) return errno_error("waiting for signals", errno);
    return {};
}

Result<> EnterSession::begin_terminal(UniqueFd terminal) {
    terminal_ = std::move(terminal);
    if (::fcntl(terminal_.get(), F_SETFL, O_RDWR | O_NONBLOCK) < 0)
        return errno_error("setting up the terminal", errno);
    raw_.emplace();
    copy_window_size(terminal_.get());  // it may have changed meanwhile
    flows_.push_back({Pump{STDIN_FILENO, terminal_.get()}, true});
    flows_.push_back({Pump{terminal_.get(), STDOUT_FILENO}, false});
    return {};
}

Result<std::optional<EnterSession::End>> EnterSession::hear(const std::string& unit) {
    auto message = TRY(base::receive_message(socket_.get(), plan::kMaxEnterMessage, 1));
    if (message.text.empty())
        return Error{ErrorCode::kUnavailable,
                     fmt::format("what runs the command has ended without a word\n"
                                 "hint: 'journalctl --unit={}' may say more",
                                 unit)};
    auto event = TRY(plan::enter_event(message.text));
    switch (event.kind) {
        case plan::EnterEvent::Kind::kStarted:
            started_ = true;
            if (message.fds.size() == 1) TRY(begin_terminal(std::move(message.fds.front())));
            return std::optional<End>{};
        case plan::EnterEvent::Kind::kExited: return std::optional<End>{{event.value, {}}};
        case plan::EnterEvent::Kind::kKilled:
            return std::optional<End>{{plan::kKilledBy + event.value, {}}};
        case plan::EnterEvent::Kind::kFailed: break;
    }
    return std::optional<End>{{event.value, std::move(event.message)}};
}

std::optional<EnterSession::End> EnterSession::heed_signals() {
    signalfd_siginfo info{};
    while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
        const auto signal = static_cast<int>(info.ssi_signo);
        if (signal == SIGWINCH) {
            if (terminal_) copy_window_size(terminal_.get());
            continue;
        }
        // The end of the socket ends what is being started.
        if (!started_) return End{plan::kKilledBy + signal, {}};
        (void)base::send_message(socket_.get(), plan::signal_text(signal), {}, MSG_DONTWAIT);
    }
    return {};
}

std::vector<pollfd> EnterSession::wanted() const {
    std::vector<pollfd> events;
    events.reserve(flows_.size() + 2);
    for (const Flow& flow : flows_)
        events.push_back(flow.pump.ended() ? pollfd{-1, 0, 0} : flow.pump.wanted());
    return events;
}

bool EnterSession::carry(std::span<const pollfd> events) {
    bool escaped = false;
    for (std::size_t i = 0; i < events.size(); ++i) {
        const auto bytes = flows_[i].pump.step(events[i].revents);
        if (raw_ && flows_[i].inwards)
            escaped = escaped || escape_.in(bytes, std::chrono::steady_clock::now());
    }
    return escaped;
}

// What the command has written last may still be on its way. Where all that carries anything has
// ended, or there never was anything, there is nothing to wait for; and other processes of the app
// may hold the same terminal or pipe, and write on for ever.
void EnterSession::carry_rest() {
    const auto end = std::chrono::steady_clock::now() + kAllRest;
    const auto is_over = [](const Flow& flow) { return flow.inwards || flow.pump.ended(); };
    while (std::erase_if(flows_, is_over), !flows_.empty()) {
        auto events = wanted();
        if (::poll(events.data(), events.size(), kRestMsec) <= 0) return;
        if (std::chrono::steady_clock::now() >= end) return;
        (void)carry(events);
    }
}

Result<EnterSession::End> EnterSession::run(const std::string& unit) {
    TRY(listen());
    for (;;) {
        auto events = wanted();
        const std::size_t flows = events.size();
        events.push_back({signals_.get(), POLLIN, 0});
        events.push_back({socket_.get(), POLLIN, 0});
        if (::poll(events.data(), events.size(), -1) < 0) {
            if (errno == EINTR) continue;
            return errno_error("waiting for the command", errno);
        }
        if (carry(std::span{events}.first(flows))) return End{plan::kKilledBy + SIGHUP, {}};
        // A signal that was sent because the command writes already is for the command: that it has
        // started must be known before.
        std::optional<End> end;
        if (events[flows + 1].revents != 0) end = TRY(hear(unit));
        if (!end && events[flows].revents != 0) {
            end = heed_signals();
            if (end) return *end;
        }
        if (!end) continue;
        carry_rest();
        raw_.reset();
        return *end;
    }
}

}  // namespace podd::podctl
