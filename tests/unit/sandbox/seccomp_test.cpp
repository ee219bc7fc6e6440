// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sandbox/seccomp.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "sandbox/capabilities.h"
#include "seccomp_calls.h"

using namespace podd;
using namespace podd::test;

namespace {

// What containers do not get from Docker 29's default profile without a capability.
constexpr const char* kShut[] = {"acct",
                                 "add_key",
                                 "bpf",
                                 "clock_settime",
                                 "create_module",
                                 "delete_module",
                                 "fanotify_init",
                                 "finit_module",
                                 "fsconfig",
                                 "fsmount",
                                 "fsopen",
                                 "fspick",
                                 "get_kernel_syms",
                                 "get_mempolicy",
                                 "init_module",
                                 "io_uring_enter",
                                 "io_uring_register",
                                 "io_uring_setup",
                                 "ioperm",
                                 "iopl",
                                 "kcmp",
                                 "kexec_file_load",
                                 "kexec_load",
                                 "keyctl",
                                 "lookup_dcookie",
                                 "mbind",
                                 "migrate_pages",
                                 "mount",
                                 "mount_setattr",
                                 "move_mount",
                                 "move_pages",
                                 "nfsservctl",
                                 "open_by_handle_at",
                                 "open_tree",
                                 "perf_event_open",
                                 "pidfd_getfd",
                                 "pivot_root",
                                 "process_madvise",
                                 "query_module",
                                 "quotactl",
                                 "quotactl_fd",
                                 "reboot",
                                 "request_key",
                                 "set_mempolicy",
                                 "setdomainname",
                                 "sethostname",
                                 "setns",
                                 "settimeofday",
                                 "swapoff",
                                 "swapon",
                                 "sysfs",
                                 "syslog",
                                 "_sysctl",
                                 "umount2",
                                 "unshare",
                                 "uselib",
                                 "userfaultfd",
                                 "ustat",
                                 "vhangup"};

}  // namespace

TEST_SUITE("sandbox/seccomp") {
    TEST_CASE("the default policy shuts what Docker's shuts, and more") {
        const auto program = compiled(sandbox::default_policy());
        for (const char* name : kShut) {
            CAPTURE(name);
            const auto number = sandbox::syscall_number(name);
            if (number) CHECK(run(program, *number) == fails(EPERM));
        }
        CHECK(run(program, "bpf") == fails(EPERM));
        CHECK(run(program, "io_uring_setup") == fails(EPERM));
        CHECK(run(program, "userfaultfd") == fails(EPERM));
        CHECK(run(program, "keyctl") == fails(EPERM));
        CHECK(run(program, "fsopen") == fails(EPERM));
    }

    TEST_CASE("the default policy lets ordinary programs run") {
        const auto program = compiled(sandbox::default_policy());
        for (const char* name :
             {"read",    "write", "openat",       "openat2", "execve",      "exit_group",
              "mmap",    "futex", "epoll_wait",   "accept4", "socket",      "clone",
              "vfork",   "wait4", "rt_sigreturn", "prctl",   "getrandom",   "memfd_create",
              "statx",   "rseq",  "ptrace",       "setuid",  "capset",      "chroot",
              "mknodat", "ioctl", "personality",  "seccomp", "close_range", "pidfd_open"}) {
            CAPTURE(name);
            CHECK(run(program, name) == kAllow);
        }
    }

    TEST_CASE("without setuid files: whatever makes one is refused, and nothing else") {
        struct Case {
            const char* name;
            std::uint64_t arguments[4];
            std::uint32_t ends;
        };
        constexpr std::uint64_t kTemporary = O_TMPFILE | O_WRONLY;
        const Case cases[] = {
            {"chmod", {1, 04755}, fails(EPERM)},
            {"chmod", {1, 02755}, fails(EPERM)},
            {"chmod", {1, 01777}, kAllow},
            {"fchmod", {3, 06755}, fails(EPERM)},
            {"fchmod", {3, 0755}, kAllow},
            {"fchmodat", {3, 1, 04000}, fails(EPERM)},
            {"fchmodat", {3, 04000, 0755}, kAllow},
            {"creat", {1, 04755}, fails(EPERM)},
            {"mknod", {1, S_IFREG | 04755}, fails(EPERM)},
            {"mknod", {1, S_IFIFO | 0644}, kAllow},
            {"mknodat", {3, 1, S_IFREG | 02755}, fails(EPERM)},
            {"mkdirat", {3, 1, 0755}, kAllow},
            {"open", {1, O_CREAT, 04755}, fails(EPERM)},
            {"open", {1, O_CREAT, 0755}, kAllow},
            {"open", {1, O_RDONLY, 0xFFFFFFFF}, kAllow},
            {"openat", {3, 1, O_CREAT | O_EXCL, 02755}, fails(EPERM)},
            {"openat", {3, 1, kTemporary, 04755}, fails(EPERM)},
            {"openat", {3, 1, kTemporary, 0755}, kAllow},
            {"openat", {3, 1, O_DIRECTORY, 04755}, kAllow},
            // The kernel looks at the lower half.
            {"openat", {3, 1, 0xF00000000 | O_CREAT, 0xF00000000 | 04755}, fails(EPERM)},
            {"openat2", {3, 1, 2, 3}, fails(ENOSYS)},
            {"io_uring_setup", {1, 2}, fails(EPERM)},
            {"read", {0, 04755, 04755, 04755}, kAllow},
        };
        // Whatever the list is like.
        auto open = sandbox::isolator_policy(true,
                                             {"@docker/default-whitelist", "io_uring_setup",
                                              "openat", "openat2", "chmod", "mkdirat"},
                                             "EACCES", 0)
                        .value();
        REQUIRE(open);
        const std::string programs[] = {
            compiled(sandbox::without_setuid_files(sandbox::default_policy())),
            compiled(sandbox::without_setuid_files(*open)),
            compiled(sandbox::without_setuid_files(sandbox::open_policy()))};
        for (const auto& program : programs)
            for (const auto& c : cases) {
                CAPTURE(c.name);
                CAPTURE(c.arguments[1]);
                CAPTURE(c.arguments[2]);
                const auto number = sandbox::syscall_number(c.name);
                if (!number) continue;  // of x86 only
                seccomp_data call{};
                call.nr = *number;
                call.arch = kArch;
                std::copy(std::begin(c.arguments), std::end(c.arguments), call.args);
                CHECK(evaluate(program, call) == c.ends);
            }
        CHECK(sandbox::without_setuid_files(sandbox::default_policy()).cache_name !=
              sandbox::default_policy().cache_name);
    }

    TEST_CASE("clone3 and calls without a name do not exist, so that programs fall back") {
        const auto program = compiled(sandbox::default_policy());
        CHECK(run(program, "clone3") == fails(ENOSYS));
        CHECK(run(program, 999) == fails(ENOSYS));
        CHECK(run(program, 100000) == fails(ENOSYS));
        CHECK(run(program, -1) != kAllow);
    }

    TEST_CASE("no new namespace comes of clone or unshare, whatever the upper half says") {
        const auto program = compiled(sandbox::default_policy());
        CHECK(run(program, "clone", CLONE_VM | CLONE_VFORK | SIGCHLD) == kAllow);
        for (const int kind : {CLONE_NEWUSER, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWNET}) {
            const auto flag = static_cast<std::uint64_t>(kind);
            CHECK(run(program, "clone", flag | SIGCHLD) == fails(EPERM));
            CHECK(run(program, "clone", flag | std::uint64_t{1} << 32) == fails(EPERM));
            CHECK(run(program, "unshare", flag) == fails(EPERM));
        }
    }

    TEST_CASE(
        "CAP_SYS_ADMIN opens the mounts of old, never a user namespace or the new mount API") {
        const auto program = compiled(
            sandbox::default_policy(sandbox::default_capabilities() | std::uint64_t{1} << 21));
        CHECK(run(program, "mount") == kAllow);
        CHECK(run(program, "unshare", CLONE_NEWNS) == kAllow);
        CHECK(run(program, "clone", CLONE_NEWNS) == kAllow);
        CHECK(run(program, "unshare", CLONE_NEWUSER | CLONE_NEWNS) == fails(EPERM));
        CHECK(run(program, "clone", CLONE_NEWUSER) == fails(EPERM));
        CHECK(run(program, "clone3") == fails(ENOSYS));
        for (const char* name :
             {"fsopen", "fsmount", "move_mount", "open_tree", "mount_setattr", "bpf"}) {
            CAPTURE(name);
            CHECK(run(program, name) == fails(EPERM));
        }
    }

    TEST_CASE("TIOCSTI is refused also with bits that the kernel ignores") {
        const auto program = compiled(sandbox::default_policy());
        CHECK(run(program, "ioctl", 0, TCGETS) == kAllow);
        CHECK(run(program, "ioctl", 0, TIOCSTI) == fails(EPERM));
        CHECK(run(program, "ioctl", 0, TIOCSTI | std::uint64_t{1} << 32) == fails(EPERM));
    }

    TEST_CASE("socket families and personalities are chosen by value") {
        const auto program = compiled(sandbox::default_policy());
        CHECK(run(program, "socket", AF_INET6) == kAllow);
        CHECK(run(program, "socket", AF_VSOCK) == fails(EAFNOSUPPORT));
        CHECK(run(program, "socket", AF_ALG | std::uint64_t{1} << 40) == fails(EAFNOSUPPORT));
        CHECK(run(program, "personality", 0xFFFFFFFF) == kAllow);
        CHECK(run(program, "personality", 0x20008) == kAllow);
        CHECK(run(program, "personality", 0x40000) == fails(EPERM));
    }

    TEST_CASE("a call by another architecture's convention ends the process") {
        const auto program = compiled(sandbox::default_policy());
        CHECK(run(program, 4, 0, 0, kForeignArch) == kKill);
#if defined(__x86_64__)
        CHECK(run(program, 0x40000000 | 1) == kKill);  // x32
#endif
    }

    TEST_CASE("a retain-set opens the list and what a process needs to start and end") {
        const auto policy =
            sandbox::isolator_policy(true, {"read", "no_such_call"}, "EPERM", 0).value();
        REQUIRE(policy);
        const auto program = compiled(*policy);
        CHECK(run(program, "read") == kAllow);
        CHECK(run(program, "execve") == kAllow);
        CHECK(run(program, "exit_group") == kAllow);
        CHECK(run(program, "write") == fails(EPERM));
        CHECK(run(program, 999) == fails(EPERM));
        const auto killing = sandbox::isolator_policy(true, {"read"}, "", 0).value();
        REQUIRE(killing);
        CHECK(run(compiled(*killing), "write") == kKill);
    }

    TEST_CASE("a remove-set shuts the list and stays as strict as the default") {
        const auto policy =
            sandbox::isolator_policy(false, {"mkdir", "clone3"}, "EACCES", 0).value();
        REQUIRE(policy);
        const auto program = compiled(*policy);
        CHECK(run(program, "mkdir") == fails(EACCES));
        CHECK(run(program, "clone3") == fails(EACCES));
        CHECK(run(program, "rmdir") == kAllow);
        CHECK(run(program, "bpf") == fails(EPERM));
        CHECK(run(program, "ioctl", 0, TIOCSTI) == fails(EPERM));
    }

    TEST_CASE("wildcards mean no filter, the default filter or a group") {
        CHECK(!sandbox::isolator_policy(true, {"read", "@appc.io/all"}, "", 0).value());
        const auto own = sandbox::isolator_policy(false, {"@appc.io/empty", "read"}, "", 7).value();
        REQUIRE(own);
        CHECK(own->cache_name == sandbox::default_policy(7).cache_name);
        const auto mixed =
            sandbox::isolator_policy(true, {"@docker/default-whitelist", "ioctl", "@systemd/clock"},
                                     "EPERM", 0)
                .value();
        REQUIRE(mixed);
        const auto program = compiled(*mixed);
        CHECK(run(program, "openat") == kAllow);
        CHECK(run(program, "clone3") == fails(ENOSYS));
        CHECK(run(program, "clock_settime") == kAllow);
        CHECK(run(program, "ioctl", 0, TIOCSTI) == kAllow);
        CHECK(run(program, "unshare", CLONE_NEWUSER) == fails(EPERM));
    }

    TEST_CASE("a policy lets more through than another where that refuses something") {
        const auto usual = sandbox::default_policy(0);
        CHECK_FALSE(sandbox::lets_more_through(usual, usual));
        CHECK(sandbox::lets_more_through(sandbox::open_policy(), usual));
        CHECK_FALSE(sandbox::lets_more_through(usual, sandbox::open_policy()));
        CHECK(sandbox::lets_more_through(sandbox::default_policy(~std::uint64_t{0}), usual));
        CHECK_FALSE(sandbox::lets_more_through(sandbox::without_setuid_files(usual), usual));
        CHECK(sandbox::lets_more_through(usual, sandbox::without_setuid_files(usual)));
    }

    TEST_CASE("what no isolator may say is refused") {
        struct Case {
            bool retain;
            std::vector<std::string> set;
            const char* errno_name;
            const char* word;
        };
        const Case cases[] = {{true, {}, "", "empty"},
                              {true, {"read"}, "EPONY", "EPONY"},
                              {false, {"read"}, "eperm", "eperm"},
                              {true, {"@acme/all"}, "", "@acme/all"},
                              {true, {"@appc.io/empty"}, "", "retain-set"},
                              {false, {"@appc.io/all"}, "", "remove-set"}};
        for (const auto& c : cases) {
            CAPTURE(c.word);
            const auto policy = sandbox::isolator_policy(c.retain, c.set, c.errno_name, 0);
            REQUIRE(!policy);
            CHECK(policy.error().code() == base::ErrorCode::kInvalidArgument);
            CHECK(policy.error().message().find(c.word) != std::string::npos);
        }
    }
}
