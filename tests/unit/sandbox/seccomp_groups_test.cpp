// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cerrno>
#include <string>

#include <doctest/doctest.h>

#include "sandbox/seccomp.h"
#include "seccomp_calls.h"

using namespace podd;
using namespace podd::test;

TEST_SUITE("sandbox/seccomp") {
    // The names that podd.pod(5) lists.
    TEST_CASE("each named group opens what it has in a retain-set and shuts it in a remove-set") {
        struct Case {
            const char* group;
            const char* opens;  // in a retain-set; null: nothing
            const char* shuts;  // in a remove-set
            bool by_errno;      // with the error of the isolator: the default does not shut it
        };
        const Case cases[] = {
            {"@docker/default-whitelist", "openat", "openat", true},
            {"@rkt/default-whitelist", "openat", "openat", true},
            {"@systemd/default-whitelist", "openat", "openat", true},
            {"@docker/default-blacklist", nullptr, "keyctl", false},
            {"@rkt/default-blacklist", nullptr, "keyctl", false},
            {"@systemd/clock", "clock_settime", "clock_settime", true},
            {"@systemd/mount", "fsopen", "pivot_root", true},
            {"@systemd/network-io", "connect", "accept4", true},
            {"@systemd/obsolete", "ustat", "uselib", true},
            {"@systemd/privileged", "kexec_load", "fchownat", true},
            {"@systemd/process", "wait4", "clone3", true},
            {"@systemd/raw-io", "iopl", "ioperm", true},
        };
        for (const auto& c : cases) {
            CAPTURE(c.group);
            const auto retained = sandbox::isolator_policy(true, {c.group}, "EXFULL", 0).value();
            REQUIRE(retained);
            const auto retaining = compiled(*retained);
            CHECK(run(retaining, "execve") == kAllow);
            CHECK(run(retaining, "keyctl") == fails(EXFULL));
            if (c.opens != nullptr && sandbox::syscall_number(c.opens))
                CHECK(run(retaining, c.opens) == kAllow);
            if (c.opens == nullptr) CHECK(run(retaining, "openat") == fails(EXFULL));

            const auto removed = sandbox::isolator_policy(false, {c.group}, "EXFULL", 0).value();
            REQUIRE(removed);
            const auto removing = compiled(*removed);
            if (sandbox::syscall_number(c.shuts))  // some are of x86 only
                CHECK(run(removing, c.shuts) == fails(c.by_errno ? EXFULL : EPERM));
            CHECK_FALSE(sandbox::isolator_policy(true, {c.group + std::string{"s"}}, "", 0));
        }
        for (const char* group : {"@systemd/default-blacklist", "@systemd/no-such", "@docker/all",
                                  "@appc.io/clock", "@", "@/"})
            for (const bool retain : {true, false}) {
                CAPTURE(group);
                const auto policy = sandbox::isolator_policy(retain, {"read", group}, "", 0);
                REQUIRE_FALSE(policy);
                CHECK(policy.error().message().find(group) != std::string::npos);
            }
    }
}
