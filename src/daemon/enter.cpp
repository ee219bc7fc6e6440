// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/enter.h"

#include <cerrno>
#include <cstdint>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/message_ids.h"
#include "base/printable.h"

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

int socket_option(int fd, int option) {
    int value = -1;
    socklen_t length = sizeof value;
    return ::getsockopt(fd, SOL_SOCKET, option, &value, &length) < 0 ? -1 : value;
}

}  // namespace

base::Result<> check_command(const EnterOrder& order) {
    std::size_t bytes = 0;
    for (const std::string& word : option_words(order.options))
        bytes += word.size() + 1;
    for (const std::string& word : order.command)
        bytes += word.size() + 1;
    if (bytes > kMaxCommandBytes)
        return refused(
            fmt::format("the command has {} bytes; {} are the most", bytes, kMaxCommandBytes));
    if (!order.command.empty() && order.command.front().empty())
        return refused("the program has no name");
    return {};
}

bool wants_privileges(const EnterOrder& order) {
    return order.options.privileged || !order.options.user.empty();
}

std::string command_text(const EnterOrder& order) {
    std::vector<std::string> words;
    for (const std::string& option : option_words(order.options)) {
        const auto equals = option.find('=') + 1;
        words.push_back(option.substr(0, equals) + base::shell_word(option.substr(equals)));
    }
    for (const std::string& word : order.command) {
        const bool looks_like_option = &word == &order.command.front() && word.starts_with('-');
        auto text = base::shell_word(word);
        words.push_back(looks_like_option && text == word ? fmt::format("'{}'", word) : text);
    }
    return fmt::format("{}", fmt::join(words, " "));
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
    if (order.options.privileged) argv.emplace_back("--privileged");
    const auto options = option_words(order.options);
    argv.insert(argv.end(), options.begin(), options.end());
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
    const auto text = command_text(order);
    const auto command =
        order.command.empty() ? text + (text.empty() ? "" : " ") + "a shell" : text;
    const bool privileged = order.options.privileged;
    return {base::LogLevel::kNotice,
            privileged ? message_id::kEnteredPrivileged : message_id::kEnteredAsUser,
            fmt::format("User {} runs {} app {} of pod {}: {}", user,
                        privileged ? "without the confinement of" : "as another user in", order.app,
                        order.pod, base::printable(command.substr(0, kMaxLoggedBytes))),
            order.app_unit,
            {{"POD_NAME", order.pod},
             {"POD_APP", order.app},
             {"POD_CALLER_UID", fmt::format("{}", user)}}};
}

}  // namespace podd::daemon
