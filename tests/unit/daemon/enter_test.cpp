// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/enter.h"

#include <algorithm>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>

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
            {{"web", "a", "u", {"ls", "-l"}, false},
             {program, "--control", "web", "a", "--", "ls", "-l"}},
            {{"web", "a", "u", {"--privileged"}, false},
             {program, "--control", "web", "a", "--", "--privileged"}},
            {{"web", "a", "u", {"--", "$HOME", "%n", ""}, false},
             {program, "--control", "web", "a", "--", "--", "$HOME", "%n", ""}},
            {{"web", "a", "u", {}, false}, {program, "--control", "web", "a"}},
            {{"web", "a", "u", {"id"}, true},
             {program, "--control", "--privileged", "web", "a", "--", "id"}},
        };
        for (const auto& c : cases)
            CHECK(argv_of(c.order) == c.argv);
    }

    TEST_CASE("the text of a command is no other command's") {
        struct {
            Words command;
            std::string text;
        } cases[] = {
            {{}, ""},
            {{"/bin/date"}, "/bin/date"},
            {{"/bin/date", "x"}, "/bin/date x"},
            {{"/bin/date x"}, "'/bin/date x'"},
            {{"/bin/date", ""}, "/bin/date ''"},
            {{"sh", "-c", "echo 'a' \"b\""}, "sh -c 'echo '\\''a'\\'' \"b\"'"},
            {{"'", "'"}, "''\\''' ''\\'''"},
            {{"' '"}, "''\\'' '\\'''"},
            {{"a\nb"}, "'a\nb'"},
        };
        for (const auto& c : cases)
            CHECK(daemon::command_text(c.command) == c.text);
    }

    TEST_CASE("options") {
        CHECK(*daemon::wants_privileges({}) == false);
        CHECK(*daemon::wants_privileges(Options{{"Privileged", sdbus::Variant{false}}}) == false);
        CHECK(*daemon::wants_privileges(Options{{"Privileged", sdbus::Variant{true}}}) == true);
        CHECK(!daemon::wants_privileges(Options{{"privileged", sdbus::Variant{true}}}));
        CHECK(!daemon::wants_privileges(
            Options{{"Privileged", sdbus::Variant{std::string{"true"}}}}));
    }

    TEST_CASE("a command that cannot be one is refused") {
        CHECK(daemon::check_command({}));
        CHECK(daemon::check_command({"ls", ""}));
        CHECK(!daemon::check_command({""}));
        CHECK(!daemon::check_command({"", "x"}));
        CHECK(!daemon::check_command({"x", std::string(200'000, 'x')}));
        CHECK(!daemon::check_command(Words(200'000)));
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
            {"web", "a", "pod-web@a.service", {"sh", "-c", "a\nb"}, true}, 7);
        CHECK(entry.text ==
              "User 7 runs without the confinement of app a of pod web: sh -c 'a\\x0ab'");
        CHECK(entry.unit == "pod-web@a.service");
        CHECK(std::any_of(entry.fields.begin(), entry.fields.end(), [](const auto& field) {
            return field.name == "POD_CALLER_UID" && field.value == "7";
        }));
    }
}
