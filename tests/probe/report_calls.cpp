// SPDX-License-Identifier: LGPL-2.1-or-later
// System calls, each tried by a child: a filter may end it. Arguments are such that the kernel does
// nothing: where a call gets through, it says EFAULT, EBADF, EINVAL and the like, and a filter says
// EPERM or ENOSYS.
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

namespace probe {

namespace {

struct Call {
    const char* name;
    long number;
    std::array<long, 6> arguments;
};

constexpr long kNone = 9999;      // no command, clock or number of anything
constexpr long kNoCall = 0x1FFF;  // no system call

constexpr Call kCalls[] = {
    {"adjtimex", SYS_adjtimex, {0}},
    {"add_key", SYS_add_key, {0}},
    {"bpf", SYS_bpf, {kNone, 0, 0}},
    {"chroot", SYS_chroot, {0}},
    {"clock_settime", SYS_clock_settime, {kNone, 0}},
    {"clone3", SYS_clone3, {0, 0}},
    {"fchmodat", SYS_fchmodat, {AT_FDCWD, 0, 0}},
    {"getpid", SYS_getpid, {}},
    {"init_module", SYS_init_module, {0, 0, 0}},
    {"io_uring_setup", SYS_io_uring_setup, {0, 0}},
    {"ioctl of TIOCSTI", SYS_ioctl, {STDIN_FILENO, TIOCSTI, 0}},
    {"kexec_load", SYS_kexec_load, {0, 0, 0, -1}},
    {"keyctl", SYS_keyctl, {kNone, 0, 0, 0, 0}},
    {"mkdirat", SYS_mkdirat, {AT_FDCWD, 0, 0}},
    {"mknodat", SYS_mknodat, {AT_FDCWD, 0, 0, 0}},
    {"mount", SYS_mount, {0, 0, 0, 0, 0}},
    {"mount_setattr", SYS_mount_setattr, {-1, 0, 0, 0, 0}},
    {"open_by_handle_at", SYS_open_by_handle_at, {-1, 0, 0}},
    {"open_tree", SYS_open_tree, {-1, 0, 0}},
    {"perf_event_open", SYS_perf_event_open, {0, 0, 0, 0, 0}},
    {"personality of no random addresses", SYS_personality, {ADDR_NO_RANDOMIZE}},
    {"process_vm_readv", SYS_process_vm_readv, {0, 0, 0, 0, 0, kNone}},
    {"ptrace", SYS_ptrace, {kNone, 0, 0, 0}},
    {"reboot", SYS_reboot, {0, 0, 0, 0}},
    {"setns", SYS_setns, {-1, 0}},
    {"socket of AF_ALG", SYS_socket, {AF_ALG, SOCK_SEQPACKET, 0}},
    {"socket of AF_UNIX", SYS_socket, {AF_UNIX, SOCK_STREAM, 0}},
    {"socket of AF_VSOCK", SYS_socket, {AF_VSOCK, SOCK_STREAM, 0}},
    {"swapon", SYS_swapon, {0, 0}},
    {"syslog", SYS_syslog, {kNone, 0, 0}},
    {"umount2", SYS_umount2, {0, 0}},
    {"unknown", kNoCall, {}},
    {"unshare of a user namespace", SYS_unshare, {CLONE_NEWUSER}},
    {"userfaultfd", SYS_userfaultfd, {-1}},
};

template <typename Do>
std::string tried(Do&& call) {
    const pid_t child = ::fork();
    if (child < 0) return "no process: " + outcome(false, errno);
    if (child == 0) ::_exit(call());
    int status = 0;
    (void)::waitpid(child, &status, 0);
    if (WIFSIGNALED(status)) return std::string{"SIG"} + ::sigabbrev_np(WTERMSIG(status));
    return outcome(WEXITSTATUS(status) == 0, WEXITSTATUS(status));
}

int of_error(long result) {
    return result < 0 ? errno : 0;
}

#ifdef __x86_64__
// A call of the other architecture that this processor knows: getpid(2) of i386.
std::string foreign_call() {
    return tried([] {
        long result = 20;
        asm volatile("int $0x80" : "+a"(result) : : "r8", "r9", "r10", "r11", "memory");
        return result < 0 ? static_cast<int>(-result) : 0;
    });
}
#endif

}  // namespace

void add_calls(JsonObject& to) {
    JsonObject all;
    for (const auto& call : kCalls)
        all.add(call.name, tried([&call] {
                    const auto& a = call.arguments;
                    return of_error(::syscall(call.number, a[0], a[1], a[2], a[3], a[4], a[5]));
                }));
#ifdef __x86_64__
    all.add("foreign", foreign_call());
#endif
    to.add_json("calls", all.str());
}

}  // namespace probe
