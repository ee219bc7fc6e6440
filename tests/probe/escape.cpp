// SPDX-License-Identifier: LGPL-2.1-or-later
#include "escape.h"

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <ftw.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

namespace probe {

namespace {

int print_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[2]{};
    if (::syscall(SYS_capget, &header, data) < 0) return 1;
    std::printf("capabilities %llx\n",
                static_cast<unsigned long long>(data[1].effective) << 32 | data[0].effective);
    return 0;
}

// CAP_SETUID, for whoever executes it.
int give_capability(const char* file) {
    vfs_cap_data data{};
    data.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE;
    data.data[0].permitted = 1U << CAP_SETUID;
    return ::setxattr(file, "security.capability", &data, sizeof data, 0) == 0 ? 0 : 1;
}

int capability_of(const char* file) {
    if (::getxattr(file, "security.capability", nullptr, 0) > 0) std::printf("%s has one\n", file);
    return 0;
}

constexpr mode_t kSetuid = S_ISUID | 0755;

void make_unnamed(const std::string& folder, const std::string& file) {
    const int fd = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kSetuid);
    if (fd < 0) return;
    const auto link = "/proc/self/fd/" + std::to_string(fd);
    (void)::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, file.c_str(), AT_SYMLINK_FOLLOW);
    (void)::close(fd);
}

void make_by_openat2(const char* file) {
    open_how how{};
    how.flags = O_CREAT | O_WRONLY | O_CLOEXEC;
    how.mode = kSetuid;
    (void)::syscall(SYS_openat2, AT_FDCWD, file, &how, sizeof how);
}

void make_setuid(const std::string& way, const std::string& folder, const std::string& file) {
    constexpr long kFchmodat2 = 452;  // on all architectures
    const char* path = file.c_str();
    if (way.ends_with("chmod") || way.starts_with("fchmodat")) {
        const int fd = ::open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
        if (way == "chmod") (void)::chmod(path, kSetuid);
        if (way == "fchmod") (void)::fchmod(fd, kSetuid);
        if (way == "fchmodat") (void)::fchmodat(AT_FDCWD, path, kSetuid, 0);
        if (way == "fchmodat2") (void)::syscall(kFchmodat2, AT_FDCWD, path, kSetuid, 0);
        (void)::close(fd);
    }
    if (way == "mknod") (void)::mknod(path, S_IFREG | kSetuid, 0);
    if (way == "creat") (void)::creat(path, kSetuid);
    if (way == "open") (void)::open(path, O_CREAT | O_WRONLY | O_CLOEXEC, kSetuid);
    if (way == "open-unnamed") make_unnamed(folder, file);
    if (way == "openat2") make_by_openat2(path);
}

int setuid_files(const std::string& folder) {
    for (const std::string way : {"chmod", "fchmod", "fchmodat", "fchmodat2", "mknod", "creat",
                                  "open", "open-unnamed", "openat2"}) {
        const auto file = folder + "/by-" + way + "-" + std::to_string(::getuid());
        make_setuid(way, folder, file);
        struct stat st{};
        const bool made = ::stat(file.c_str(), &st) == 0 && (st.st_mode & S_ISUID) != 0;
        std::printf("setuid by %s: %s\n", way.c_str(), made ? "made" : "no");
    }
    return 0;
}

// Whether a call that goes by another table than the machine's own does anything.
int foreign_calls() {
#if defined(__x86_64__)
    const auto attempt = [](const char* what, void (*call)()) {
        const pid_t child = ::fork();
        if (child == 0) {
            call();
            ::_exit(0);
        }
        int status = 0;
        (void)::waitpid(child, &status, 0);
        std::printf("call by %s: %s\n", what, WIFSIGNALED(status) ? "killed" : "returned");
    };
    attempt("i386", [] {
        long number = 20;  // getpid
        asm volatile("int $0x80" : "+a"(number) : : "memory");
    });
    attempt("x32", [] { (void)::syscall(0x40000000 | SYS_getpid); });
    attempt("x86-64", [] { (void)::syscall(SYS_getpid); });
#endif
    return 0;
}

// Where the kernel has the address, and nobody listens, it is ECONNREFUSED as well.
int connect_abstract(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    const bool connected = ::connect(fd, reinterpret_cast<sockaddr*>(&address), length) == 0;
    std::printf("abstract %s\n", connected ? "connected" : std::strerror(errno));
    return 0;
}

void change_cgroup(const std::string& tree, const std::string& what) {
    if (::mkdir((tree + "/made").c_str(), 0755) == 0)
        std::printf("CAUGHT: made a cgroup in %s\n", what.c_str());
    for (const char* file :
         {"cgroup.procs", "cgroup.threads", "cgroup.subtree_control", "cgroup.kill",
          "cgroup.freeze", "cgroup.clone_children", "memory.max", "memory.limit_in_bytes",
          "pids.max", "cpu.max", "memory.reclaim", "devices.allow", "tasks", "notify_on_release",
          "release_agent", "../cgroup.procs", "../../cgroup.procs"}) {
        const int fd = ::open((tree + "/" + file).c_str(), O_WRONLY | O_CLOEXEC);
        if (fd < 0) continue;
        std::printf("CAUGHT: opened %s of %s\n", file, what.c_str());
        (void)::close(fd);
    }
}

// Cgroup file systems of the app's own making, and all that could be changed through them.
int own_cgroups() {
    constexpr const char* kTarget = "/tmp/cgroup";
    (void)::mkdir(kTarget, 0755);
    const bool made = ::unshare(CLONE_NEWCGROUP) == 0;
    const bool mounted = ::mount("none", kTarget, "cgroup2", 0, nullptr) == 0;
    std::printf("namespace %s, mounted %s\n", made ? "made" : "not made", mounted ? "yes" : "no");
    if (mounted) change_cgroup(kTarget, "cgroup2");
    for (const char* hierarchy : {"memory", "devices", "rdma", "none,name=podd-test"}) {
        if (::mount("none", kTarget, "cgroup", 0, hierarchy) < 0) continue;
        change_cgroup(kTarget, hierarchy);
    }
    change_cgroup("/sys/fs/cgroup", "the unit's");
    return 0;
}

// What of the kernel's files the caller could write to, but for those of processes.
int print_writable(const char* path, const struct stat* /*st*/, int type, FTW* at) {
    if (type == FTW_D && at->level == 1 && path[6] >= '0' && path[6] <= '9')
        return FTW_SKIP_SUBTREE;
    if (type == FTW_F && ::faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) == 0)
        std::printf("writable %s\n", path);
    return FTW_CONTINUE;
}

int writable() {
    constexpr int kOpen = 32;
    for (const char* tree : {"/proc", "/sys"})
        (void)::nftw(tree, print_writable, kOpen, FTW_PHYS | FTW_ACTIONRETVAL);
    return 0;
}

// As fast as it goes with a little left for others. It ends when the folder is not as it should be.
int swap(const std::string& folder) {
    constexpr auto kPauseUsec = 20;
    const auto real = folder + "/real";
    const auto link = folder + "/link";
    while (::renameat2(AT_FDCWD, real.c_str(), AT_FDCWD, link.c_str(), RENAME_EXCHANGE) == 0)
        (void)::usleep(kPauseUsec);
    std::printf("swap: %s\n", std::strerror(errno));
    return 1;
}

}  // namespace

std::optional<int> escape(const std::string& verb, const char* argument) {
    if (verb == "capabilities") return print_capabilities();
    if (verb == "foreign-calls") return foreign_calls();
    if (verb == "cgroups") return own_cgroups();
    if (verb == "writable") return writable();
    if (argument == nullptr) return {};
    if (verb == "abstract") return connect_abstract(argument);
    if (verb == "swap") return swap(argument);
    if (verb == "setuid") return setuid_files(argument);
    if (verb == "capability") return give_capability(argument);
    if (verb == "capability-of") return capability_of(argument);
    return {};
}

}  // namespace probe
