// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/enter.h"

#include <algorithm>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>

#include "base/message_ids.h"
#include "base/unique_fd.h"

using namespace podd;

namespace {

using Words = std::vector<std::string>;
using Options = std::map<std::string, sdbus::Variant>;

Words argv_of(const daemon::EnterOrder& order) {
    using ExecEx = sdbus::Struct<std::string, Words, Words>;
    for (const auto& property : daemon::enter_service(order))
        if (std::get<0>(property) == "ExecStartEx") {
            const auto commands = std::get<1>(property).get<std::vector<ExecEx>>();
            REQUIRE(commands.size() == 1);
            CHECK(std::get<2>(commands.front()) == Words{"no-env-expand"});
            return std::get<1>(commands.front());
        }
    return {};
}

base::UniqueFd socket_of(int domain, int type) {
    return base::UniqueFd{::socket(domain, type | SOCK_CLOEXEC, 0)};
}

}  // namespace

TEST_SUITE("daemon/enter") {
    TEST_CASE("no word of a command becomes an option of ours") {
        const std::string program = "/usr/lib/podd/stage1/nspawn/enter";
        struct {
            daemon::EnterOrder order;
            Words argv;
        } cases[] = {
            {{"web", "a", "u", {"ls", "-l"}, {}},
             {program, "--control", "web", "a", "--", "ls", "-l"}},
            {{"web", "a", "u", {"--privileged"}, {}},
             {program, "--control", "web", "a", "--", "--privileged"}},
            {{"web", "a", "u", {"--", "$HOME", "%n", ""}, {}},
             {program, "--control", "web", "a", "--", "--", "$HOME", "%n", ""}},
            {{"web", "a", "u", {}, {}}, {program, "--control", "web", "a"}},
            {{"web", "a", "u", {"id"}, {true, "", {}, ""}},
             {program, "--control", "--privileged", "web", "a", "--", "id"}},
            {{"web", "a", "u", {"id"}, {false, "www", {"A=$b", "C="}, "/%n"}},
             {program, "--control", "--user=www", "--setenv=A=$b",
              "--setenv=C=", "--working-directory=/%n", "web", "a", "--", "id"}},
        };
        for (const auto& c : cases)
            CHECK(argv_of(c.order) == c.argv);
    }

    TEST_CASE("the text of a command is no other command's") {
        struct {
            Words command;
            std::string text;
            daemon::EnterOptions options;
        } cases[] = {
            {{}, "", {}},
            {{"/bin/date"}, "/bin/date", {}},
            {{"/bin/date", "x"}, "/bin/date x", {}},
            {{"/bin/date x"}, "'/bin/date x'", {}},
            {{"/bin/date", ""}, "/bin/date ''", {}},
            {{"sh", "-c", "echo 'a' \"b\""}, "sh -c 'echo '\\''a'\\'' \"b\"'", {}},
            {{"'", "'"}, "''\\''' ''\\'''", {}},
            {{"' '"}, "''\\'' '\\'''", {}},
            {{"a\nb"}, "'a\nb'", {}},
            {{"--user=root", "id"}, "'--user=root' id", {}},
            {{"id"}, "--user=root id", {false, "root", {}, ""}},
            {{}, "--user=0:0", {true, "0:0", {}, ""}},
            {{"id", "-u"},
             "--setenv='A=b c' --setenv=D=e --working-directory=/tmp id -u",
             {false, "", {"A=b c", "D=e"}, "/tmp"}},
        };
        for (const auto& c : cases)
            CHECK(daemon::command_text({"web", "a", "u", c.command, c.options}) == c.text);
    }

    TEST_CASE("options") {
        using Value = sdbus::Variant;
        const auto text = [](const char* value) { return Value{std::string{value}}; };
        CHECK(*daemon::enter_options({}) == daemon::EnterOptions{});
        CHECK(*daemon::enter_options(Options{{"Privileged", Value{false}}}) ==
              daemon::EnterOptions{});
        CHECK(*daemon::enter_options(Options{{"Privileged", Value{true}},
                                             {"User", text("www:adm")},
                                             {"Environment", Value{Words{"A=b=c", "E="}}},
                                             {"WorkingDirectory", text("/srv")}}) ==
              daemon::EnterOptions{true, "www:adm", {"A=b=c", "E="}, "/srv"});
        const std::pair<const char*, Value> refused[] = {
            {"privileged", Value{true}},
            {"Privileged", text("true")},
            {"User", text("")},
            {"User", text("a:")},
            {"User", text(":a")},
            {"User", text("a\nb")},
            {"User", Value{std::uint32_t{7}}},
            {"User", Value{std::string(257, 'a')}},
            {"Environment", text("A=b")},
            {"Environment", Value{Words{"A"}}},
            {"Environment", Value{Words{"=b"}}},
            {"Environment", Value{Words{"A=b", "1A=b"}}},
            {"Environment", Value{Words{"NOTIFY_SOCKET=/run/x"}}},
            {"Environment", Value{Words{"LISTEN_FDS=1"}}},
            {"WorkingDirectory", text("tmp")},
            {"WorkingDirectory", text("")},
            {"WorkingDirectory", Value{"/" + std::string(4095, 'a')}},
        };
        for (const auto& [key, value] : refused) {
            CAPTURE(key);
            CHECK_FALSE(daemon::enter_options(Options{{key, value}}));
        }
    }

    TEST_CASE("another user is a privilege, variables and a folder are none") {
        const auto order = [](daemon::EnterOptions options) {
            return daemon::EnterOrder{"web", "a", "u", {"id"}, std::move(options)};
        };
        CHECK_FALSE(daemon::wants_privileges(order({})));
        CHECK_FALSE(daemon::wants_privileges(order({false, "", {"A=b"}, "/tmp"})));
        CHECK(daemon::wants_privileges(order({true, "", {}, ""})));
        CHECK(daemon::wants_privileges(order({false, "7", {}, ""})));
    }

    TEST_CASE("a command that cannot be one is refused") {
        const auto checked = [](Words command, Words environment = {}) {
            daemon::EnterOrder order{"web", "a", "u", std::move(command), {}};
            order.options.environment = std::move(environment);
            return daemon::check_command(order).has_value();
        };
        CHECK(checked({}));
        CHECK(checked({"ls", ""}));
        CHECK(!checked({""}));
        CHECK(!checked({"", "x"}));
        CHECK(!checked({"x", std::string(200'000, 'x')}));
        CHECK(!checked(Words(200'000)));
        CHECK(!checked({"x"}, {"A=" + std::string(200'000, 'x')}));
    }

    TEST_CASE("only sockets that keep messages apart will do") {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
        const base::UniqueFd one{ends[0]};
        const base::UniqueFd other{ends[1]};
        CHECK(daemon::check_control_socket(one.get()));
        const base::UniqueFd null{::open("/dev/null", O_RDWR | O_CLOEXEC)};
        const auto stream = socket_of(AF_UNIX, SOCK_STREAM);
        const auto datagrams = socket_of(AF_UNIX, SOCK_DGRAM);
        const auto internet = socket_of(AF_INET, SOCK_STREAM);
        for (const int fd : {null.get(), stream.get(), datagrams.get(), internet.get()})
            CHECK(!daemon::check_control_socket(fd));
    }

    TEST_CASE("who went around the confinement is said, with what, in one line") {
        const auto entry = daemon::privileged_entry(
            {"web", "a", "pod-web@a.service", {"sh", "-c", "a\nb"}, {true, "", {}, ""}}, 7);
        CHECK(entry.text ==
              "User 7 runs without the confinement of app a of pod web: sh -c 'a\\x0ab'");
        CHECK(entry.message_id == message_id::kEnteredPrivileged);
        const auto other = daemon::privileged_entry(
            {"web", "a", "pod-web@a.service", {}, {false, "www", {}, ""}}, 7);
        CHECK(other.text == "User 7 runs as another user in app a of pod web: --user=www a shell");
        CHECK(other.message_id == message_id::kEnteredAsUser);
        CHECK(entry.unit == "pod-web@a.service");
        CHECK(std::any_of(entry.fields.begin(), entry.fields.end(), [](const auto& field) {
            return field.name == "POD_CALLER_UID" && field.value == "7";
        }));
    }
}
