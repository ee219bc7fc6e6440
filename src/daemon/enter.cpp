// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/enter.h"

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include <fmt/format.h>

#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/message_ids.h"
#include "base/printable.h"
#include "client/bus_error.h"

namespace podd::daemon {

namespace {

constexpr const char* kEnter = "/usr/lib/podd/stage1/nspawn/enter";

// It travels in a unit, in polkit's details and in the journal.
constexpr std::size_t kMaxCommandBytes = 100'000;
constexpr std::size_t kMaxLoggedBytes = 4096;
constexpr std::uint64_t kStopUsec = 10'000'000;  // more than enter's patience with a command

base::Error refused(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

bool is_plain(std::string_view word) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";
    return !word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos;
}

// As a shell takes it.
std::string shell_word(std::string_view word) {
    std::string text{'\''};
    for (const char c : word)
        text += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return text + '\'';
}

int socket_option(int fd, int option) {
    int value = -1;
    socklen_t length = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, option, &value, &length) < 0 ? -1 : value;
}

}  // namespace

base::Result<bool> wants_privileges(const std::map<std::string, sdbus::Variant>& options) {
    bool privileged = false;
    for (const auto& [key, value] : options) {
        if (key != "Privileged")
            return refused(fmt::format("option \"{}\" is not known; wanted Privileged", key));
        const auto given = client::guarded([&v = value] { return v.get<bool>(); });
        if (!given) return refused("option Privileged: wanted a boolean");
        privileged = *given;
    }
    return privileged;
}

base::Result<> check_command(const std::vector<std::string>& command) {
    std::size_t bytes = 0;
    for (const std::string& word : command)
        bytes += word.size() + 1;
    if (bytes > kMaxCommandBytes)
        return refused(
            fmt::format("the command has {} bytes; {} are the most", bytes, kMaxCommandBytes));
    if (!command.empty() && command.front().empty()) return refused("the program has no name");
    return {};
}

std::string command_text(const std::vector<std::string>& command) {
    std::string text;
    for (const std::string& word : command) {
        if (!text.empty()) text += ' ';
        text += is_plain(word) ? word : shell_word(word);
    }
    return text;
}

base::Result<> check_control_socket(int fd) {
    if (socket_option(fd, SO_DOMAIN) != AF_UNIX || socket_option(fd, SO_TYPE) != SOCK_SEQPACKET ||
        socket_option(fd, SO_ACCEPTCONN) != 0)
        return refused("the descriptor is not one of a pair of sockets that keep messages apart");
    return {};
}

base::Result<std::string> enter_unit() {
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number)
        return base::errno_error("choosing a name", errno);
    return fmt::format("podd-enter-{:016x}.service", number);
}

client::BusProperties enter_service(const EnterOrder& order) {
    using ExecEx = sdbus::Struct<std::string, std::vector<std::string>, std::vector<std::string>>;
    std::vector<std::string> argv{kEnter, "--control"};
    if (order.privileged) argv.emplace_back("--privileged");
    argv.insert(argv.end(), {order.pod, order.app});
    if (!order.command.empty()) argv.emplace_back("--");
    argv.insert(argv.end(), order.command.begin(), order.command.end());
    client::BusProperties properties;
    const auto set = [&](const char* name, const auto& value) {
        properties.emplace_back(std::string{name}, sdbus::Variant{value});
    };
    // Words of the caller's stand in argv: nothing of them may be expanded.
    set("ExecStartEx", std::vector<ExecEx>{ExecEx{kEnter, argv, {"no-env-expand"}}});
    set("Description", fmt::format("Command in app {} of pod {}", order.app, order.pod));
    set("Documentation", std::vector<std::string>{"man:podctl(1)"});
    set("Type", std::string{"exec"});
    set("StandardOutput", std::string{"journal"});
    set("StandardError", std::string{"journal"});
    set("SyslogIdentifier", std::string{"podd-enter"});
    set("CollectMode", std::string{"inactive-or-failed"});
    // It ends what it has started; the command lies in the app's unit.
    set("KillMode", std::string{"mixed"});
    set("TimeoutStopUSec", kStopUsec);
    // At shutdown before the app, so that it is ended in order.
    set("After", std::vector<std::string>{order.app_unit});
    return properties;
}

base::JournalEntry privileged_entry(const EnterOrder& order, uid_t user) {
    const auto command =
        order.command.empty() ? std::string{"a shell"} : command_text(order.command);
    return {base::LogLevel::kNotice,
            message_id::kEnteredPrivileged,
            fmt::format("User {} runs without the confinement of app {} of pod {}: {}", user,
                        order.app, order.pod, base::printable(command.substr(0, kMaxLoggedBytes))),
            order.app_unit,
            {{"POD_NAME", order.pod},
             {"POD_APP", order.app},
             {"POD_CALLER_UID", fmt::format("{}", user)}}};
}

}  // namespace podd::daemon
