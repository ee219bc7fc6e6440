// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command_plan.h"

#include <doctest/doctest.h>

using namespace podd;
using stage1::CommandOptions;
using stage1::CommandUser;

namespace {

using Variables = std::vector<std::pair<std::string, std::string>>;

constexpr const char* kPasswd =
    "root:x:0:0::/root:/bin/bash\n"
    "www:x:33:34:web:/srv:\n"
    "900:x:5:6::/five:/bin/ash\n"
    "far:x:70000:1::/:\n";
constexpr const char* kGroup = "root:x:0:\nwww:x:34:\nadm:x:4:root,www\nlogs:x:8:www\n";

plan::AppPlan app() {
    plan::AppPlan plan;
    plan.name = "a";
    plan.argv = {"/bin/server"};
    plan.environment = {{"PATH", "/bin"}, {"HOME", "/app"}, {"USER", "app"}, {"TERM", "dumb"}};
    plan.working_directory = "/app";
    plan.uid = 1000;
    plan.gid = 1001;
    plan.groups = {7};
    plan.capabilities = 0x400;
    plan.stdio_links = plan.notify = plan.make_working_directory = true;
    return plan;
}

CommandOptions running(std::vector<std::string> command) {
    CommandOptions options;
    options.command = std::move(command);
    return options;
}

plan::AppPlan planned(const CommandOptions& options, const std::optional<CommandUser>& user = {}) {
    return stage1::command_plan(app(), options, user, {});
}

}  // namespace

TEST_SUITE("sandbox/command_plan") {
    TEST_CASE("a user is a name of the app's files, or a number of a pod's range") {
        struct {
            const char* text;
            std::uint32_t uid;
            std::uint32_t gid;
            std::vector<std::uint32_t> groups;
            const char* name;
            const char* home;
        } cases[] = {
            {"root", 0, 0, {4}, "root", "/root"},
            {"www", 33, 34, {4, 8}, "www", "/srv"},
            {"33", 33, 34, {4, 8}, "www", "/srv"},
            {"900", 5, 6, {}, "900", "/five"},  // a name, though it looks like a number
            {"65535", 65535, 0, {}, "", "/"},
            {"www:adm", 33, 4, {}, "www", "/srv"},
            {"www:77", 33, 77, {}, "www", "/srv"},
            {"1:root", 1, 0, {}, "", "/"},
        };
        for (const auto& c : cases) {
            CAPTURE(c.text);
            const auto user = stage1::find_user(c.text, kPasswd, kGroup);
            REQUIRE(user);
            CHECK(user->uid == c.uid);
            CHECK(user->gid == c.gid);
            CHECK(user->groups == c.groups);
            CHECK(user->name == c.name);
            CHECK(user->home == c.home);
        }
        CHECK(stage1::find_user("www", kPasswd, kGroup)->shell == "/bin/sh");
        CHECK(stage1::find_user("root", "", "")->uid == 0);
        for (const char* text : {"nobody", "far", "65536", "-1", "", "/etc", "www:none",
                                 "www:65536", "www:", ":www", "www:adm:adm"}) {
            CAPTURE(text);
            CHECK_FALSE(stage1::find_user(text, kPasswd, kGroup));
        }
    }

    TEST_CASE("without options a command is as the app, but for what only the app has") {
        const auto plan = planned(running({"id"}));
        CHECK(plan.argv == std::vector<std::string>{"id"});
        CHECK(plan.uid == 1000);
        CHECK(plan.environment == app().environment);
        CHECK(plan.working_directory == "/app");
        CHECK(plan.seccomp);
        CHECK_FALSE((plan.stdio_links || plan.notify || plan.make_working_directory));
        CHECK(planned({}).argv.front() == "sh");
    }

    TEST_CASE("options change what they name and leave the confinement") {
        const auto www = *stage1::find_user("www", kPasswd, kGroup);
        auto options = running({"id"});
        options.environment = {{"A", "1"}, {"PATH", "/sbin"}, {"A", "2"}};
        options.working_directory = "/tmp";
        const auto plan = planned(options, www);
        CHECK(plan.uid == 33);
        CHECK(plan.groups == www.groups);
        CHECK(plan.working_directory == "/tmp");
        CHECK(plan.environment == Variables{{"TERM", "dumb"},
                                            {"HOME", "/srv"},
                                            {"USER", "www"},
                                            {"LOGNAME", "www"},
                                            {"SHELL", "/bin/sh"},
                                            {"PATH", "/sbin"},
                                            {"A", "2"}});
        CHECK(plan.capabilities == 0x400);
        CHECK(plan.seccomp);
        CHECK(plan.no_new_privileges);
        const auto number = planned({}, *stage1::find_user("5555", kPasswd, kGroup));
        CHECK(number.environment == Variables{{"PATH", "/bin"}, {"TERM", "dumb"}});
    }

    TEST_CASE("all privileges, and another user with them") {
        auto options = running({"id"});
        options.privileged = true;
        const auto plan = planned(options, CommandUser{33, 34, {}, "www", "/srv", ""});
        CHECK(plan.uid == 33);
        CHECK(plan.capabilities == ~std::uint64_t{0});
        CHECK_FALSE((plan.seccomp || plan.no_new_privileges));
        CHECK(planned(options).uid == 0);
    }

    TEST_CASE("a terminal names its type, unless the caller does") {
        const plan::TerminalRequest terminal{"xterm", 1, 1};
        CommandOptions options;
        CHECK(stage1::command_plan(app(), options, {}, terminal).environment.back().second ==
              "xterm");
        options.environment = {{"TERM", "linux"}};
        CHECK(stage1::command_plan(app(), options, {}, terminal).environment.back() ==
              std::pair<std::string, std::string>{"TERM", "linux"});
    }
}
