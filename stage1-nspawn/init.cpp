// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-init POD PROC [UNIT SIGNAL SECONDS]…: PID 1 of a pod, the one process that stays. It reaps
// orphans (the kernel does that for whoever ignores SIGCHLD), passes signals from outside on to the
// apps and ends when they have ended. Apps that want another end than SIGTERM and 90 s are told by
// their units; 0 s is for ever. Every page counts here: no allocation, no streams, no C++ library.
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

// Asks whoever started the pod for a reboot; see gc.cpp. As systemd-nspawn's payloads do.
constexpr int kRebootStatus = 133;

/// How an app is ended that does not end in the usual way.
struct StopRule {
    const char* unit;
    int signal;
    long seconds;
};

StopRule rules[kMaxApps];
std::size_t rule_count = 0;

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

// 0 for what is not a number.
long parse_number(const char* text) {
    long number = 0;
    for (; *text >= '0' && *text <= '9' && number < 1'000'000'000; ++text)
        number = number * 10 + (*text - '0');
    return *text == '\0' ? number : 0;
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

// Length of what the file NAME/FILE holds, which is cut where it is longer than `size`.
ssize_t read_of(int proc, const char* name, const char* file, char* text, std::size_t size) {
    char path[32];
    std::size_t n = 0;
    for (; *name != '\0' && n < sizeof path - 1; ++name)
        path[n++] = *name;
    for (; *file != '\0' && n < sizeof path - 1; ++file)
        path[n++] = *file;
    path[n] = '\0';
    const int fd = ::openat(proc, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    const ssize_t length = ::read(fd, text, size);
    (void)::close(fd);
    return length;
}

bool is_main(int proc, const char* name) {
    char text[512];
    const ssize_t length = read_of(proc, name, "/stat", text, sizeof text);
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
            const auto pid = static_cast<pid_t>(parse_number(entry->name));
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

// "0::/machine.slice/machine-web.slice/UNIT", and perhaps a cgroup beneath it.
bool is_of_unit(const char* cgroup, const char* unit) {
    for (; *cgroup != '\0'; ++cgroup) {
        if (*cgroup != '/') continue;
        std::size_t n = 0;
        while (unit[n] != '\0' && cgroup[1 + n] == unit[n])
            ++n;
        if (unit[n] == '\0' && (cgroup[1 + n] == '\n' || cgroup[1 + n] == '/')) return true;
    }
    return false;
}

StopRule rule_of(int proc, pid_t pid) {
    char name[12];
    std::size_t at = sizeof name;
    name[--at] = '\0';
    for (; pid > 0 && at > 0; pid /= 10)
        name[--at] = static_cast<char>('0' + pid % 10);
    char cgroup[4096];
    const ssize_t length =
        rule_count == 0 ? 0 : read_of(proc, name + at, "/cgroup", cgroup, sizeof cgroup - 1);
    cgroup[length > 0 ? length : 0] = '\0';
    for (std::size_t i = 0; i < rule_count; ++i)
        if (is_of_unit(cgroup, rules[i].unit)) return rules[i];
    return {nullptr, SIGTERM, kStopTimeoutSec};
}

long now_sec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

// Each main process gets its signal once. What a restart brings meanwhile nobody waits for: the
// kernel kills it, as PID 1 ends.
[[noreturn]] void stop_apps_and_exit(int proc, int status) {
    Mains told;
    long patience[kMaxApps];
    find_mains(proc, told);
    for (std::size_t i = 0; i < told.count; ++i) {
        const auto rule = rule_of(proc, told.pids[i]);
        patience[i] = rule.seconds;
        (void)::kill(told.pids[i], rule.signal);
        (void)::kill(told.pids[i], SIGCONT);
    }
    for (const long begin = now_sec();;) {
        Mains present;
        find_mains(proc, present);
        bool done = true;
        for (std::size_t i = 0; i < told.count; ++i) {
            if (!contains(present, told.pids[i])) continue;
            done = false;
            if (patience[i] > 0 && now_sec() - begin >= patience[i])
                (void)::kill(told.pids[i], SIGKILL);
        }
        if (done) ::_exit(status);
        const timespec pause{0, kPollNsec};
        (void)::clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, nullptr);
    }
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
    static constexpr sock_filter kFilter[] = {
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
    if (argc < 3 || argc % 3 != 0 || ::getpid() != 1) return 1;
    for (int i = 3; i < argc && rule_count < kMaxApps; i += 3)
        rules[rule_count++] = {argv[i], static_cast<int>(parse_number(argv[i + 1])),
                               parse_number(argv[i + 2])};
    (void)::prctl(PR_SET_NAME, argv[0]);
    sigset_t all;
    (void)::sigfillset(&all);
    if (::pthread_sigmask(SIG_SETMASK, &all, nullptr) != 0) return 1;
    (void)::signal(SIGCHLD, SIG_IGN);
    const int proc = ::open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0 || !drop_privileges() || !confine()) return 1;
    for (;;) {
        siginfo_t info{};
        const int signal = ::sigwaitinfo(&all, &info);
        // An app has no say over the others: a signal from inside carries its sender's pid here.
        if (signal <= 0 || signal == SIGCHLD || info.si_pid != 0) continue;
        if (is_stop(signal)) stop_apps_and_exit(proc, signal == SIGINT ? kRebootStatus : 0);
        pass_on(proc, signal);
    }
}
