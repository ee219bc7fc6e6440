// SPDX-License-Identifier: LGPL-2.1-or-later
#include "refused_calls.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <linux/audit.h>

#include "sandbox/seccomp.h"

using namespace podd;

namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArch = AUDIT_ARCH_X86_64;
constexpr std::uint32_t kForeignArch = AUDIT_ARCH_I386;
#elif defined(__aarch64__)
constexpr std::uint32_t kArch = AUDIT_ARCH_AARCH64;
constexpr std::uint32_t kForeignArch = AUDIT_ARCH_ARM;
#endif

std::string record(int signal, int syscall, std::uint32_t arch = kArch) {
    return fmt::format(
        "5,1234,49839238655,-;audit: type=1326 audit(1795719169.651:18): auid=4294967295 "
        "uid=524288000 gid=0 ses=4294967295 subj=unconfined pid=16131 comm=\"sec\" "
        "exe=\"/tmp/sec\" sig={} arch={:x} syscall={} compat=0 ip=0x7f3825496f37 "
        "code=0x50000\n SUBSYSTEM=x\n",
        signal, arch, syscall);
}

}  // namespace

TEST_SUITE("stage1/refused_calls") {
    TEST_CASE("a record of the kernel is read") {
        const auto failed = stage1::refused_call(record(0, 83));
        REQUIRE(failed);
        CHECK(failed->second == 1795719169);
        CHECK(failed->uid == 524288000);
        CHECK(failed->syscall == 83);
        CHECK_FALSE(failed->killed);
        CHECK(stage1::refused_call(record(31, 83))->killed);
    }

    TEST_CASE("others are passed over") {
        for (const std::string other :
             {"", ";", "5,1,2,-;audit: type=1326 audit(1.2:3): uid=1",
              "5,1,2,-;audit: type=1400 audit(1.2:3): uid=1 sig=0 arch=c000003e syscall=1",
              "5,1,2,-;x audit: type=1326 audit(1.2:3): auid=1 uid=1 sig=0 arch=c000003e syscall=1",
              "5,1,2,-;audit: type=1326 audit(x): auid=1 uid=1 sig=0 arch=c000003e syscall=1",
              "5,1,2,-;audit: type=1326 audit(1.2:3): auid=1 uid=-1 sig=0 arch=c000003e syscall=1",
              "5,1,2,-;audit: type=1326 audit(1.2:3): auid=1 uid=1 sig=0 arch=x syscall=1",
              "5,1,2,-;audit: type=1326 audit(1.2:3): auid=1 uid=1 sig=0 syscall=1"}) {
            CAPTURE(other);
            CHECK_FALSE(stage1::refused_call(other));
        }
    }

    TEST_CASE("a number of another architecture is not given a name of this one") {
        const auto call = stage1::refused_call(record(31, 83, kForeignArch));
        REQUIRE(call);
        stage1::RefusedCalls calls;
        calls.add(*call);
        CHECK(stage1::names_of(calls.killed) == "a call of another architecture");
    }

    TEST_CASE("calls are counted and named") {
        stage1::RefusedCalls calls;
        CHECK(calls.empty());
        const int mkdir = *sandbox::syscall_number("mkdirat");
        calls.add({0, 0, mkdir, false});
        calls.add({0, 0, mkdir, false});
        calls.add({0, 0, 100000, true});
        CHECK(stage1::names_of(calls.failed) == "mkdirat (2 times)");
        CHECK(stage1::names_of(calls.killed) == "number 100000");
    }
}
