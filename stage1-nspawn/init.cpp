// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-init POD PROC: PID 1 of a pod, the one process that stays. It reaps orphans (the kernel does
// that for whoever ignores SIGCHLD), passes signals from outside on to the apps and ends when they
// have ended. Every page counts here: no allocation, no streams, no C++ library.
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <ctime>

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "small_filter.h"

namespace {

constexpr int kStopTimeoutSec = 90;  // systemd's DefaultTimeoutStopSec=
constexpr long kPollNsec = 20'000'000;
constexpr std::size_t kMaxApps = 256;

// Those of "machinectl poweroff" and of an nspawn container's halt. Source: systemd(1), "Signals".
const int kPoweroff = SIGRTMIN + 4;
const int kHalt = SIGRTMIN + 3;

/// Main processes of apps: their parent is systemd, outside the pod, so here they have none.
struct Mains {
    pid_t pids[kMaxApps];
    std::size_t count = 0;
};

struct DirectoryEntry {  // struct linux_dirent64; getdents64(2)
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t length;
    std::uint8_t type;
    char name[1];
};

pid_t parse_pid(const char* text) {
    pid_t pid = 0;
    for (; *text >= '0' && *text <= '9'; ++text)
        pid = pid * 10 + (*text - '0');
    return *text == '\0' ? pid : 0;
}

// "PID (COMM) STATE PPID …": the command may hold anything, the last parenthesis ends it.
bool has_no_parent(const char* stat, std::size_t length) {
    std::size_t at = length;
    while (at > 0 && stat[at - 1] != ')')
        --at;
    // A zombie waits for systemd; it needs no signal and holds nothing.
    return at > 0 && at + 4 < length && stat[at + 1] != 'Z' && stat[at + 3] == '0' &&
           stat[at + 4] == ' ';
}

bool is_main(int proc, const char* name) {
    char path[32];
    std::size_t n = 0;
    for (; name[n] != '\0' && n < sizeof path - sizeof "/stat"; ++n)
        path[n] = name[n];
    for (std::size_t i = 0; i < sizeof "/stat"; ++i)
        path[n + i] = "/stat"[i];
    const int fd = ::openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return false;
    char text[512];
    const ssize_t length = ::read(fd, text, sizeof text);
    (void)::close(fd);
    return length > 0 && has_no_parent(text, static_cast<std::size_t>(length));
}

void find_mains(int proc, Mains& mains) {
    mains.count = 0;
    alignas(DirectoryEntry) char block[2048];
    (void)::lseek(proc, 0, SEEK_SET);
    for (;;) {
        const long length = ::syscall(SYS_getdents64, proc, block, sizeof block);
        if (length <= 0) return;
        for (long at = 0; at < length;) {
            const auto* entry = reinterpret_cast<const DirectoryEntry*>(block + at);
            const pid_t pid = parse_pid(entry->name);
            if (pid > 1 && mains.count < kMaxApps && is_main(proc, entry->name))
                mains.pids[mains.count++] = pid;
            at += entry->length;
        }
    }
}

void pass_on(int proc, int signal) {
    Mains mains;
    find_mains(proc, mains);
    for (std::size_t i = 0; i < mains.count; ++i)
        (void)::kill(mains.pids[i], signal);
}

bool contains(const Mains& mains, pid_t pid) {
    for (std::size_t i = 0; i < mains.count; ++i)
        if (mains.pids[i] == pid) return true;
    return false;
}

// Each main process gets one SIGTERM, also one that starts meanwhile. What is still there in the
// end the kernel kills, as PID 1 ends.
[[noreturn]] void stop_apps_and_exit(int proc) {
    Mains told;
    Mains present;
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    for (const auto deadline = now.tv_sec + kStopTimeoutSec; now.tv_sec < deadline;) {
        find_mains(proc, present);
        if (present.count == 0) break;
        for (std::size_t i = 0; i < present.count; ++i) {
            if (contains(told, present.pids[i]) || told.count == kMaxApps) continue;
            told.pids[told.count++] = present.pids[i];
            (void)::kill(present.pids[i], SIGTERM);
            (void)::kill(present.pids[i], SIGCONT);
        }
        const timespec pause{0, kPollNsec};
        (void)::clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
        (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    }
    ::_exit(0);
}

// CAP_KILL alone is left: apps run under other ids of the pod.
bool drop_privileges() {
    for (int capability = 0; ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; ++capability) {
    }
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    data[0].effective = data[0].permitted = 1U << CAP_KILL;
    return ::syscall(SYS_capset, &header, data) == 0 &&
           ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_DUMPABLE, 0) == 0;
}

bool confine() {
    static const sock_filter kFilter[] = {
        PODD_FILTER_START,
        PODD_ALLOW(SYS_rt_sigtimedwait),
        PODD_ALLOW(SYS_kill),
        PODD_ALLOW(SYS_openat),
        PODD_ALLOW(SYS_read),
        PODD_ALLOW(SYS_close),
        PODD_ALLOW(SYS_lseek),
        PODD_ALLOW(SYS_getdents64),
        PODD_ALLOW(SYS_clock_gettime),
        PODD_ALLOW(SYS_clock_nanosleep),
        PODD_ALLOW(SYS_restart_syscall),
        PODD_ALLOW(SYS_exit_group),
        PODD_FILTER_END,
    };
    return podd::stage1::load_filter(kFilter, sizeof kFilter / sizeof kFilter[0]);
}

bool is_stop(int signal) {
    return signal == SIGTERM || signal == SIGINT || signal == kPoweroff || signal == kHalt;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 || ::getpid() != 1) return 1;
    (void)::prctl(PR_SET_NAME, argv[0]);
    sigset_t all;
    (void)::sigfillset(&all);
    if (::sigprocmask(SIG_SETMASK, &all, nullptr) != 0) return 1;
    (void)::signal(SIGCHLD, SIG_IGN);
    const int proc = ::open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0 || !drop_privileges() || !confine()) return 1;
    for (;;) {
        siginfo_t info{};
        const int signal = ::sigwaitinfo(&all, &info);
        // An app has no say over the others: a signal from inside carries its sender's pid here.
        if (signal <= 0 || signal == SIGCHLD || info.si_pid != 0) continue;
        if (is_stop(signal)) stop_apps_and_exit(proc);
        pass_on(proc, signal);
    }
}
