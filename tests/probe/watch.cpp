// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files.h"
#include "verbs.h"

namespace probe {

namespace {

bool is_podd(const std::string& process) {
    const auto name = read_text(process + "/comm");
    return name == "exec\n" || name == "enter\n" || name == "run\n" || name == "podd-init\n" ||
           name == "podd-drain\n";
}

bool can_attach(pid_t pid) {
    if (::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) < 0) return false;
    // Only what has stopped can be let go.
    (void)::ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr);
    (void)::waitpid(pid, nullptr, __WALL);
    (void)::ptrace(PTRACE_DETACH, pid, nullptr, nullptr);
    return true;
}

bool can_read_memory(pid_t pid) {
    char byte = 0;
    const iovec mine{&byte, 1};
    // Where nothing is mapped the answer is EFAULT, where nothing may be read EPERM.
    const iovec its{reinterpret_cast<void*>(8), 1};
    return ::process_vm_readv(pid, &mine, 1, &its, 1, 0) >= 0 || errno == EFAULT;
}

bool can_take_fd(pid_t pid) {
    const int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U));
    if (pidfd < 0) return false;
    bool taken = false;
    for (int number = 0; number < 12; ++number) {
        const int fd = static_cast<int>(::syscall(SYS_pidfd_getfd, pidfd, number, 0U));
        if (fd >= 0) {
            taken = true;
            (void)::close(fd);
        }
    }
    (void)::close(pidfd);
    return taken;
}

bool can_open(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
    if (fd < 0) return false;
    (void)::close(fd);
    return true;
}

// What was done to the process; a name for each way.
std::vector<std::string> get_hold(pid_t pid, const std::string& process) {
    std::vector<std::string> done;
    if (can_attach(pid)) done.emplace_back("attached to");
    if (can_read_memory(pid)) done.emplace_back("read the memory of");
    if (can_take_fd(pid)) done.emplace_back("took a descriptor of");
    if (can_open(process + "/mem", O_RDWR)) done.emplace_back("opened the memory of");
    if (!read_text(process + "/environ").empty()) done.emplace_back("read the environment of");
    if (can_open(process + "/root/", O_RDONLY)) done.emplace_back("went through");
    if (can_open(process + "/ns/mnt", O_RDONLY)) done.emplace_back("opened a namespace of");
    for (const char* link : {"/exe", "/cwd", "/fd/0", "/fd/3"})
        if (!read_link(process + link).empty())
            done.emplace_back(std::string{"saw "} + link + " of");
    return done;
}

}  // namespace

// PID 1 takes no notice.
int stop() {
    for (;;) {
        DIR* dir = ::opendir("/proc");
        while (const dirent* entry = ::readdir(dir)) {
            const pid_t pid = std::atoi(entry->d_name);
            if (pid > 1 && is_podd(std::string{"/proc/"} + entry->d_name))
                (void)::kill(pid, SIGSTOP);
        }
        (void)::closedir(dir);
    }
}

// Each line once, and apps once: the loop is as tight as it can be.
int watch() {
    std::set<std::string> said;
    std::set<pid_t> apps;
    const auto say = [&said](const std::string& line) {
        if (!said.insert(line).second) return;
        std::printf("%s\n", line.c_str());
        (void)std::fflush(stdout);
    };
    say("watching");
    for (;;) {
        DIR* dir = ::opendir("/proc");
        while (const dirent* entry = ::readdir(dir)) {
            const pid_t pid = std::atoi(entry->d_name);
            const auto process = std::string{"/proc/"} + entry->d_name;
            if (pid <= 0 || pid == ::getpid()) continue;
            const bool before = is_podd(process);
            if (!before && !apps.insert(pid).second) continue;
            const auto done = get_hold(pid, process);
            // It may have become the app meanwhile, which is fair game; podd's it becomes never.
            const bool after = is_podd(process);
            if (before) say(std::string{"seen "} + entry->d_name);
            for (const auto& what : done)
                say((after ? "CAUGHT: " : "app: ") + what + " " + entry->d_name);
        }
        (void)::closedir(dir);
    }
}

}  // namespace probe
