// SPDX-License-Identifier: LGPL-2.1-or-later
// What the benchmarks run inside pods and beside them: one static program, so that its own start
// costs next to nothing.
//   probe [now]      print CLOCK_MONOTONIC in ns as the first thing, and end
//   probe stay       the same, then sleep for ever
//   probe at CMD…    print it and become CMD
//   probe time CMD…  run CMD, print its wall time in ns
//   probe pour PORT, probe draw ADDRESS PORT BYTES   send without end to who comes by TCP; be the
//   one who
//                                                    comes, until so much is there, print the time
//                                                    in ns
//   probe sink PORT, probe push ADDRESS PORT BYTES   the same in the other direction
//   probe echo PORT, probe ask ADDRESS PORT COUNT    the same by UDP: one datagram to and fro,
//   COUNT times
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace {

std::int64_t now() {
    timespec at{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &at);
    return std::int64_t{at.tv_sec} * 1'000'000'000 + at.tv_nsec;
}

void print(std::int64_t value) {
    char line[32];
    const int length = std::snprintf(line, sizeof line, "%lld\n", static_cast<long long>(value));
    (void)!::write(STDOUT_FILENO, line, static_cast<std::size_t>(length));
}

int time_command(char** argv) {
    const auto start = now();
    const pid_t child = ::fork();
    if (child == 0) {
        ::execvp(argv[0], argv);
        ::_exit(127);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) < 0) return 1;
    print(now() - start);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

sockaddr_in at(const char* address, const char* port) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
    (void)::inet_pton(AF_INET, address, &where.sin_addr);
    return where;
}

// Listens, or is connected.
int open_socket(int type, const sockaddr_in& where, bool listens) {
    const int fd = ::socket(AF_INET, type, 0);
    const auto* name = reinterpret_cast<const sockaddr*>(&where);
    const bool done = listens ? ::bind(fd, name, sizeof where) == 0 &&
                                    (type == SOCK_DGRAM || ::listen(fd, 8) == 0)
                              : ::connect(fd, name, sizeof where) == 0;
    if (done) return fd;
    std::perror("probe");
    std::exit(1);
}

char buffer[std::size_t{256} * 1024];

int pour(const char* port) {
    const int fd = open_socket(SOCK_STREAM, at("0.0.0.0", port), true);
    for (;;) {
        const int client = ::accept(fd, nullptr, nullptr);
        while (::send(client, buffer, sizeof buffer, MSG_NOSIGNAL) > 0) {
        }
        (void)::close(client);
    }
}

int draw(const sockaddr_in& where, std::int64_t bytes) {
    const int fd = open_socket(SOCK_STREAM, where, false);
    const auto start = now();
    while (bytes > 0) {
        const ssize_t n = ::read(fd, buffer, sizeof buffer);
        if (n <= 0) return 1;
        bytes -= n;
    }
    print(now() - start);
    return 0;
}

int sink(const char* port) {
    const int fd = open_socket(SOCK_STREAM, at("0.0.0.0", port), true);
    for (;;) {
        const int client = ::accept(fd, nullptr, nullptr);
        while (::read(client, buffer, sizeof buffer) > 0) {
        }
        (void)::close(client);
    }
}

// All is there when the other side, which has read to the end, closes.
int push(const sockaddr_in& where, std::int64_t bytes) {
    const int fd = open_socket(SOCK_STREAM, where, false);
    const auto start = now();
    while (bytes > 0) {
        const auto most = static_cast<std::int64_t>(sizeof buffer);
        const auto size = static_cast<std::size_t>(bytes < most ? bytes : most);
        const ssize_t n = ::send(fd, buffer, size, MSG_NOSIGNAL);
        if (n <= 0) return 1;
        bytes -= n;
    }
    if (::shutdown(fd, SHUT_WR) < 0 || ::read(fd, buffer, sizeof buffer) != 0) return 1;
    print(now() - start);
    return 0;
}

int echo(const char* port) {
    const int fd = open_socket(SOCK_DGRAM, at("0.0.0.0", port), true);
    for (;;) {
        sockaddr_in from{};
        socklen_t length = sizeof from;
        auto* name = reinterpret_cast<sockaddr*>(&from);
        const ssize_t n = ::recvfrom(fd, buffer, sizeof buffer, 0, name, &length);
        if (n > 0) (void)::sendto(fd, buffer, static_cast<std::size_t>(n), 0, name, length);
    }
}

int ask(const sockaddr_in& where, int count) {
    const int fd = open_socket(SOCK_DGRAM, where, false);
    const auto start = now();
    for (; count > 0; --count)
        if (::send(fd, buffer, 64, 0) < 0 || ::recv(fd, buffer, sizeof buffer, 0) < 0) return 1;
    print(now() - start);
    return 0;
}

int network_command(int argc, char** argv) {
    const char* verb = argv[1];
    if (std::strcmp(verb, "pour") == 0 && argc == 3) return pour(argv[2]);
    if (std::strcmp(verb, "sink") == 0 && argc == 3) return sink(argv[2]);
    if (std::strcmp(verb, "echo") == 0 && argc == 3) return echo(argv[2]);
    if (std::strcmp(verb, "draw") == 0 && argc == 5)
        return draw(at(argv[2], argv[3]), std::atoll(argv[4]));
    if (std::strcmp(verb, "push") == 0 && argc == 5)
        return push(at(argv[2], argv[3]), std::atoll(argv[4]));
    if (std::strcmp(verb, "ask") == 0 && argc == 5)
        return ask(at(argv[2], argv[3]), std::atoi(argv[4]));
    return -1;
}

}  // namespace

int main(int argc, char** argv) {
    const auto first = now();
    if (argc > 2 && std::strcmp(argv[1], "time") == 0) return time_command(argv + 2);
    if (argc > 2)
        if (const int done = network_command(argc, argv); done >= 0) return done;
    print(first);
    if (argc > 2 && std::strcmp(argv[1], "at") == 0) {
        ::execvp(argv[2], argv + 2);
        return 127;
    }
    if (argc > 1 && std::strcmp(argv[1], "stay") == 0)
        for (;;)
            (void)::pause();
    return 0;
}
