// SPDX-License-Identifier: LGPL-2.1-or-later
// An app that knows socket activation. Source: sd_listen_fds(3).
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "verbs.h"

namespace probe {

namespace {

constexpr int kFirst = 3;

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "(none)" : value;
}

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> words{""};
    for (const char c : text)
        if (c == ':')
            words.emplace_back();
        else
            words.back() += c;
    return words;
}

void answer(int fd, const std::string& text) {
    sockaddr_storage peer{};
    socklen_t length = sizeof peer;
    int type = 0;
    socklen_t type_length = sizeof type;
    (void)::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &type_length);
    if (type == SOCK_DGRAM) {
        char asked[64];
        if (::recvfrom(fd, asked, sizeof asked, 0, reinterpret_cast<sockaddr*>(&peer), &length) < 0)
            return;
        (void)::sendto(fd, text.data(), text.size(), 0, reinterpret_cast<sockaddr*>(&peer), length);
        return;
    }
    const int connection = ::accept(fd, nullptr, nullptr);
    if (connection < 0) return;
    (void)!::write(connection, text.data(), text.size());
    (void)::close(connection);
}

}  // namespace

int answer_connections() {
    const auto names = split(variable("LISTEN_FDNAMES"));
    std::printf("listen pid %s mine %d fds %s names %s\n", variable("LISTEN_PID").c_str(),
                ::getpid(), variable("LISTEN_FDS").c_str(), variable("LISTEN_FDNAMES").c_str());
    (void)list_descriptors();
    (void)std::fflush(stdout);
    std::vector<pollfd> waits;
    for (int i = 0; i < std::atoi(variable("LISTEN_FDS").c_str()); ++i)
        waits.push_back({kFirst + i, POLLIN, 0});
    for (;;) {
        if (::poll(waits.data(), waits.size(), -1) < 0) return 1;
        for (std::size_t i = 0; i < waits.size(); ++i)
            if (waits[i].revents != 0)
                answer(waits[i].fd, (i < names.size() ? names[i] : "?") + "\n");
    }
}

}  // namespace probe
