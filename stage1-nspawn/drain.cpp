// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-drain stdio|- notify|-: the helper of an app whose image writes to /dev/stdout, or that
// speaks sd_notify(3). It copies two FIFOs to the app's journal streams and passes on what an app
// may say to the service manager. It ends with the app, after a last, bounded look at the FIFOs.
//
// Descriptors, from 3 up: [streams 1 and 2, FIFOs 1 and 2] [notify socket] pidfd of the app. Every
// page counts here: no allocation, no streams, no C++ library.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify_filter.h"
#include "small_filter.h"

namespace {

constexpr uid_t kNobody = 65534;
constexpr std::size_t kBlock = 4096;
constexpr int kLastBlocks =
    64;  // of 4 KiB for each FIFO once the app is gone: what a pipe holds, and more
constexpr int kJournalWaitMsec = 10'000;  // for a journal that takes nothing

struct Fds {
    int streams[2] = {-1, -1};
    int fifos[2] = {-1, -1};
    int notify = -1;
    int app = -1;
    int manager = -1;
};

// MSG_DONTWAIT rather than O_NONBLOCK: the app has the same open file, and its writes must block.
bool send_all(int stream, const char* data, std::size_t size) {
    while (size > 0) {
        const ssize_t n = ::send(stream, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n > 0) {
            data += n;
            size -= static_cast<std::size_t>(n);
        } else if (n < 0 && errno == EAGAIN) {
            pollfd wait{stream, POLLOUT, 0};
            if (::poll(&wait, 1, kJournalWaitMsec) <= 0) return false;
        } else if (n < 0 && errno != EINTR) {
            return false;
        }
    }
    return true;
}

// Returns whether there may be more.
bool copy_block(int fifo, int stream) {
    char block[kBlock];
    const ssize_t n = ::read(fifo, block, sizeof block);
    if (n <= 0) return false;
    (void)send_all(stream, block, static_cast<std::size_t>(n));
    return true;
}

void pass_notification(const Fds& fds) {
    char message[kBlock];
    // No control buffer: descriptors that come along are closed by the kernel.
    // NOLINTNEXTLINE(clang-analyzer-unix.StdCLibraryFunctions): poll(2) saw it, so it is open
    const ssize_t n = ::recv(fds.notify, message, sizeof message, MSG_DONTWAIT);
    if (n <= 0 || fds.manager < 0) return;
    const std::size_t kept =
        podd::stage1::filter_notification(message, static_cast<std::size_t>(n));
    if (kept > 0) (void)::send(fds.manager, message, kept, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int connect_manager() {
    const char* path = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): one thread
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path == nullptr || std::strlen(path) >= sizeof address.sun_path) return -1;
    const std::size_t length = std::strlen(path);
    std::memcpy(address.sun_path, path, length);
    if (path[0] == '@') address.sun_path[0] = '\0';
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
    if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), size) < 0) return -1;
    return fd;
}

bool drop_privileges() {
    return ::setgroups(0, nullptr) == 0 && ::setresgid(kNobody, kNobody, kNobody) == 0 &&
           ::setresuid(kNobody, kNobody, kNobody) == 0 &&
           ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && ::prctl(PR_SET_DUMPABLE, 0) == 0;
}

bool confine() {
    static constexpr sock_filter kFilter[] = {
        PODD_FILTER_START,
        PODD_ALLOW(SYS_read),
        PODD_ALLOW(SYS_sendto),
        PODD_ALLOW(SYS_recvfrom),
        PODD_ALLOW(SYS_ppoll),
#ifdef SYS_poll
        PODD_ALLOW(SYS_poll),
#endif
        PODD_ALLOW(SYS_restart_syscall),
        PODD_ALLOW(SYS_exit_group),
        PODD_FILTER_END,
    };
    return podd::stage1::load_filter(kFilter, sizeof kFilter / sizeof kFilter[0]);
}

Fds take_fds(bool stdio, bool notify) {
    Fds fds;
    int next = STDERR_FILENO + 1;
    if (stdio) {
        for (int& fd : fds.streams)
            fd = next++;
        for (int& fd : fds.fifos)
            fd = next++;
    }
    if (notify) fds.notify = next++;
    fds.app = next++;
    (void)::syscall(SYS_close_range, static_cast<unsigned>(next), ~0U, 0U);
    if (notify) fds.manager = connect_manager();
    return fds;
}

[[noreturn]] void serve(const Fds& fds) {
    pollfd waits[] = {{fds.app, POLLIN, 0},
                      {fds.fifos[0], POLLIN, 0},
                      {fds.fifos[1], POLLIN, 0},
                      {fds.notify, POLLIN, 0}};  // poll(2) passes over what is negative
    for (;;) {
        if (::poll(waits, sizeof waits / sizeof waits[0], -1) < 0 && errno != EINTR) ::_exit(1);
        for (int i = 0; i < 2; ++i)
            if ((waits[1 + i].revents & POLLIN) != 0)
                (void)copy_block(fds.fifos[i], fds.streams[i]);
        if ((waits[3].revents & POLLIN) != 0) pass_notification(fds);
        if (waits[0].revents != 0) break;
    }
    for (int i = 0; i < 2; ++i)
        for (int block = 0; fds.fifos[i] >= 0 && block < kLastBlocks; ++block)
            if (!copy_block(fds.fifos[i], fds.streams[i])) break;
    ::_exit(0);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 1;
    (void)::prctl(PR_SET_NAME, argv[0]);
    sigset_t all;
    (void)::sigfillset(&all);
    (void)::pthread_sigmask(SIG_SETMASK, &all, nullptr);  // the app's signals are not its helper's
    const Fds fds =
        take_fds(std::strcmp(argv[1], "stdio") == 0, std::strcmp(argv[2], "notify") == 0);
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        (void)::close(fd);
    if (!drop_privileges() || !confine()) return 1;
    serve(fds);
}
