// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cerrno>
#include <cstdio>
#include <ctime>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "files.h"
#include "report.h"

namespace probe {

namespace {

constexpr std::size_t kMaxText = 256;

const char* kind_of(mode_t mode) {
    switch (mode & S_IFMT) {
        case S_IFREG: return "file";
        case S_IFDIR: return "directory";
        case S_IFLNK: return "link";
        case S_IFCHR: return "character device";
        case S_IFBLK: return "block device";
        case S_IFIFO: return "fifo";
        default: return "socket";
    }
}

std::string opened(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    const auto result = outcome(fd >= 0, errno);
    if (fd >= 0) (void)::close(fd);
    return result;
}

// Into a folder by a file that is never seen; where the file system knows none, by one that is
// removed.
std::string written(const std::string& path, mode_t mode) {
    if (!S_ISDIR(mode)) return opened(path, O_WRONLY);
    const auto name = path + "/.probe-" + std::to_string(::getpid());
    const int fd = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    const auto result = outcome(fd >= 0, errno);
    if (fd < 0) return result;
    (void)::close(fd);
    (void)::unlink(name.c_str());
    return result;
}

std::string look_at(const std::string& path) {
    JsonObject found;
    struct stat st{};
    if (::lstat(path.c_str(), &st) < 0) {
        found.add("kind", outcome(false, errno));
        return found.str();
    }
    char text[32];
    found.add("kind", kind_of(st.st_mode));
    (void)std::snprintf(text, sizeof text, "%04o", st.st_mode & 07777U);
    found.add("mode", text);
    found.add("owner", std::to_string(st.st_uid) + ":" + std::to_string(st.st_gid));
    if (S_ISLNK(st.st_mode)) {
        found.add("target", read_link(path));
        return found.str();
    }
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
        found.add("number",
                  std::to_string(major(st.st_rdev)) + ":" + std::to_string(minor(st.st_rdev)));
        found.add("read", opened(path, O_RDONLY));
    }
    found.add("write", written(path, st.st_mode));
    if (S_ISREG(st.st_mode)) found.add("text", read_text(path).substr(0, kMaxText));
    return found.str();
}

// Nodes that an app could do harm with, and whether it can make and open them.
struct Node {
    const char* name;
    mode_t type;
    unsigned major;
    unsigned minor;
};

constexpr Node kNodes[] = {
    {"mem", S_IFCHR, 1, 1},    {"kmsg", S_IFCHR, 1, 11}, {"fuse", S_IFCHR, 10, 229},
    {"tun", S_IFCHR, 10, 200}, {"sda", S_IFBLK, 8, 0},   {"loop0", S_IFBLK, 7, 0},
    {"ppp", S_IFCHR, 108, 0},
};

std::string made(const Node& node) {
    const auto path = scratch_path();
    if (::mknod(path.c_str(), node.type | 0600U, makedev(node.major, node.minor)) < 0)
        return "not made: " + outcome(false, errno);
    const auto result = opened(path, O_RDONLY);
    (void)::unlink(path.c_str());
    return result;
}

// Kernel files that are hidden or read-only in every pod, and what opening and reading them gives.
constexpr const char* kRead[] = {
    "/proc/config.gz",   "/proc/iomem",        "/proc/kallsyms",      "/proc/kcore",
    "/proc/keys",        "/proc/kmsg",         "/proc/slabinfo",      "/proc/timer_list",
    "/proc/vmallocinfo", "/sys/firmware/acpi", "/sys/kernel/debug/x", "/sys/module/x",
};
constexpr const char* kWritten[] = {
    "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/vm/panic_on_oom",
    "/proc/sysrq-trigger",           "/sys/kernel/uevent_helper", "/proc/sys/kernel/hostname",
};

std::string readable(const char* path) {
    const int fd = ::open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0) return outcome(false, errno);
    char byte = 0;
    const ssize_t n = ::read(fd, &byte, 1);
    const auto result = n > 0 ? "readable" : n == 0 ? "empty" : outcome(false, errno);
    (void)::close(fd);
    return result;
}

}  // namespace

void add_devices(JsonObject& to) {
    JsonObject all;
    for (const auto& name : names_in("/dev"))
        all.add_json(name, look_at("/dev/" + name));
    to.add_json("devices", all.str());
    JsonObject nodes;
    for (const auto& node : kNodes)
        nodes.add(node.name, made(node));
    to.add_json("nodes", nodes.str());
}

void add_kernel_files(JsonObject& to) {
    JsonObject read;
    for (const char* path : kRead)
        read.add(path, readable(path));
    to.add_json("kernel_reads", read.str());
    JsonObject write;
    for (const char* path : kWritten)
        write.add(path, opened(path, O_WRONLY));
    to.add_json("kernel_writes", write.str());
}

void add_paths(JsonObject& to, const char* name, const std::vector<std::string>& paths) {
    JsonObject all;
    for (const auto& path : paths)
        all.add_json(path, look_at(path));
    to.add_json(name, all.str());
}

}  // namespace probe
