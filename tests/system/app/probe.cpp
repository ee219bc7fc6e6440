// SPDX-License-Identifier: LGPL-2.1-or-later
// What system tests run as an app: one static program, so that its first line is the app's first
// line.
//
// probe first: print what the process has: descriptors, environment, signals; then wait
//
// probe fds: print the descriptors only, and end
//
// probe count: print each signal that arrives and who sent it; end a second after SIGTERM
//
// probe notify TEXT…: send each TEXT to $NOTIFY_SOCKET
//
// probe notify-fd TEXT: the same, with a descriptor
//
// probe ids: print real and effective ids
//
// probe stop: stop each process that joins the pod, as long as it is podd's
//
// probe watch: try to get hold of each process that joins the pod, as long as it is podd's
//
// And those of escape.h.
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"

namespace {

[[noreturn]] void wait_for_ever() {
    for (;;)
        (void)::pause();
}

std::string read_link(const std::string& path) {
    char text[4096];
    const ssize_t n = ::readlink(path.c_str(), text, sizeof text);
    return n < 0 ? std::string{} : std::string(text, static_cast<std::size_t>(n));
}

std::string read_text(const std::string& path) {
    char text[4096];
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return {};
    const ssize_t n = ::read(fd, text, sizeof text);
    (void)::close(fd);
    return n < 0 ? std::string{} : std::string(text, static_cast<std::size_t>(n));
}

int descriptors() {
    DIR* dir = ::opendir("/proc/self/fd");
    if (dir == nullptr) return 1;
    while (const dirent* entry = ::readdir(dir)) {
        if (entry->d_name[0] == '.' || std::atoi(entry->d_name) == ::dirfd(dir)) continue;
        const auto target = read_link(std::string{"/proc/self/fd/"} + entry->d_name);
        // The numbers of sockets and pipes say nothing.
        std::printf("fd %s %s\n", entry->d_name, target.substr(0, target.find(":[")).c_str());
    }
    (void)::closedir(dir);
    return 0;
}

int first() {
    if (descriptors() != 0) return 1;
    for (char** variable = environ; *variable != nullptr; ++variable)
        std::printf("env %.*s\n", static_cast<int>(std::strcspn(*variable, "=")), *variable);
    std::printf("session %d pid %d\n%send\n", ::getsid(0), ::getpid(),
                read_text("/proc/self/status").c_str());
    (void)std::fflush(stdout);
    wait_for_ever();
}

// Realtime signals are queued by the kernel, the others are taken as fast as they come.
int count() {
    sigset_t all;
    (void)::sigfillset(&all);
    (void)::sigprocmask(SIG_SETMASK, &all, nullptr);
    std::printf("ready\n");
    (void)std::fflush(stdout);
    const int fd = ::signalfd(-1, &all, SFD_CLOEXEC);
    for (int timeout = -1;;) {
        pollfd wait{fd, POLLIN, 0};
        if (::poll(&wait, 1, timeout) == 0) return 0;
        signalfd_siginfo info{};
        if (::read(fd, &info, sizeof info) != sizeof info) return 1;
        const int number = static_cast<int>(info.ssi_signo);
        if (number == SIGCONT) continue;
        if (number >= SIGRTMIN)
            std::printf("got RTMIN+%d from %u\n", number - SIGRTMIN, info.ssi_pid);
        else
            std::printf("got %s from %u\n", ::sigabbrev_np(number), info.ssi_pid);
        (void)std::fflush(stdout);
        if (number == SIGTERM || number >= SIGRTMIN) timeout = 1000;
    }
}

int send_notification(const char* text, int fd) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const char* path = std::getenv("NOTIFY_SOCKET");
    if (path == nullptr) {
        std::printf("no NOTIFY_SOCKET\n");
        return 1;
    }
    std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    iovec data{const_cast<char*>(text), std::strlen(text)};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof fd)]{};
    msghdr message{};
    message.msg_name = &address;
    message.msg_namelen = sizeof address;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    if (fd >= 0) {
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        cmsghdr* header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof fd);
        std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
    }
    if (::sendmsg(socket, &message, MSG_NOSIGNAL) >= 0) return 0;
    std::printf("sending: %s\n", std::strerror(errno));
    return 1;
}

int ids() {
    std::printf("ids %u %u %u %u\n", ::getuid(), ::geteuid(), ::getgid(), ::getegid());
    return 0;
}

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

// Stops each process that joins the pod, as long as it is podd's; PID 1 takes no notice.
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

}  // namespace

int main(int argc, char** argv) {
    const std::string verb = argc > 1 ? argv[1] : "first";
    if (verb == "first") return first();
    if (verb == "count") return count();
    if (verb == "ids") return ids();
    if (verb == "watch") return watch();
    if (verb == "stop") return stop();
    if (verb == "fds") return descriptors();
    if (const auto done = escape(verb, argc > 2 ? argv[2] : nullptr)) return *done;
    if (verb == "notify-fd" && argc == 3) return send_notification(argv[2], STDOUT_FILENO);
    int status = verb == "notify" ? 0 : 2;
    for (int i = 2; i < argc && status == 0; ++i)
        status = send_notification(argv[i], -1);
    return status;
}
