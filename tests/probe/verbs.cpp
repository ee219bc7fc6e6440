// SPDX-License-Identifier: LGPL-2.1-or-later
#include "verbs.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dirent.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include "files.h"

namespace probe {

namespace {

[[noreturn]] void wait_for_ever() {
    for (;;)
        (void)::pause();
}

}  // namespace

int list_descriptors() {
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
    if (list_descriptors() != 0) return 1;
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

}  // namespace probe
