// SPDX-License-Identifier: LGPL-2.1-or-later
// sctp answer PORT: tells of each message how it came, on the stream that it came on.
// sctp ask ADDRESS PORT STREAMS: several associations at once, each with many messages; says
// whether all came as they were sent. sctp hold ADDRESS PORT: is associated until it is ended;
// "held" when it is. sctp flood ADDRESS PORT: sends without reading until nobody takes more; how
// much that was.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <linux/sctp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

struct Message {
    std::string text;
    unsigned stream = 0;
    unsigned protocol = 0;
    bool unordered = false;
};

int open_socket(int family) {
    const int fd = ::socket(family, SOCK_STREAM, IPPROTO_SCTP);
    const int on = 1;
    sctp_initmsg wish{};
    wish.sinit_num_ostreams = 40;
    if (fd < 0 || ::setsockopt(fd, IPPROTO_SCTP, SCTP_RECVRCVINFO, &on, sizeof on) < 0 ||
        ::setsockopt(fd, IPPROTO_SCTP, SCTP_INITMSG, &wish, sizeof wish) < 0)
        fail("socket");
    return fd;
}

// False at the end of the association.
bool receive(int fd, Message& message) {
    message = {};
    for (;;) {
        static char block[70000];
        iovec text{block, sizeof block};
        alignas(cmsghdr) char control[CMSG_SPACE(sizeof(sctp_rcvinfo))]{};
        msghdr received{};
        received.msg_iov = &text;
        received.msg_iovlen = 1;
        received.msg_control = control;
        received.msg_controllen = sizeof control;
        const ssize_t n = ::recvmsg(fd, &received, 0);
        if (n <= 0) return false;
        message.text.append(block, static_cast<std::size_t>(n));
        if (const auto* one = CMSG_FIRSTHDR(&received)) {
            sctp_rcvinfo info{};
            std::memcpy(&info, CMSG_DATA(one), sizeof info);
            message.stream = info.rcv_sid;
            message.protocol = ntohl(info.rcv_ppid);
            message.unordered = (info.rcv_flags & SCTP_UNORDERED) != 0;
        }
        if ((received.msg_flags & MSG_EOR) != 0) return true;
    }
}

bool send(int fd, const Message& message, int flags = 0) {
    iovec text{const_cast<char*>(message.text.data()), message.text.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(sctp_sndinfo))]{};
    msghdr sent{};
    sent.msg_iov = &text;
    sent.msg_iovlen = 1;
    sent.msg_control = control;
    sent.msg_controllen = sizeof control;
    auto* one = CMSG_FIRSTHDR(&sent);
    one->cmsg_level = IPPROTO_SCTP;
    one->cmsg_type = SCTP_SNDINFO;
    one->cmsg_len = CMSG_LEN(sizeof(sctp_sndinfo));
    sctp_sndinfo info{};
    info.snd_sid = static_cast<std::uint16_t>(message.stream);
    info.snd_ppid = htonl(message.protocol);
    info.snd_flags = message.unordered ? SCTP_UNORDERED : 0;
    std::memcpy(CMSG_DATA(one), &info, sizeof info);
    return ::sendmsg(fd, &sent, flags) >= 0;
}

std::string told(const Message& message) {
    unsigned sum = 0;
    for (const char c : message.text)
        sum = sum * 31 + static_cast<unsigned char>(c);
    return std::to_string(message.text.size()) + " bytes, sum " + std::to_string(sum) +
           ", protocol " + std::to_string(message.protocol) +
           (message.unordered ? ", unordered" : "");
}

int answer(std::uint16_t port) {
    const int fd = open_socket(AF_INET6);
    sockaddr_in6 here{};
    here.sin6_family = AF_INET6;
    here.sin6_port = htons(port);
    if (::bind(fd, reinterpret_cast<sockaddr*>(&here), sizeof here) < 0 || ::listen(fd, 64) < 0)
        fail("listening");
    for (;;) {
        const int client = ::accept(fd, nullptr, nullptr);
        if (client < 0) fail("accepting");
        if (::fork() == 0) {
            Message message;
            while (receive(client, message)) {
                if (message.text == "stop reading") ::pause();
                if (!send(client, {told(message), message.stream, 7, false})) return 1;
                if (message.text == "last") break;
            }
            return 0;
        }
        ::close(client);
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
    }
}

int connect_to(const char* address, const char* port) {
    const bool six = std::strchr(address, ':') != nullptr;
    const int fd = open_socket(six ? AF_INET6 : AF_INET);
    sockaddr_in6 there6{};
    sockaddr_in there4{};
    there6.sin6_family = AF_INET6;
    there4.sin_family = AF_INET;
    there6.sin6_port = there4.sin_port = htons(static_cast<std::uint16_t>(std::atoi(port)));
    const auto* there =
        six ? reinterpret_cast<sockaddr*>(&there6) : reinterpret_cast<sockaddr*>(&there4);
    void* place =
        six ? static_cast<void*>(&there6.sin6_addr) : static_cast<void*>(&there4.sin_addr);
    if (::inet_pton(six ? AF_INET6 : AF_INET, address, place) != 1) fail("address");
    if (::connect(fd, there, six ? sizeof there6 : sizeof there4) < 0) fail("connecting");
    return fd;
}

int ask(const char* address, const char* port, unsigned streams) {
    std::vector<int> all;
    for (int i = 0; i < 20; ++i)
        all.push_back(connect_to(address, port));
    for (unsigned round = 0; round < 12; ++round)
        for (unsigned i = 0; i < all.size(); ++i) {
            const std::size_t size = round == 11 ? 150000 : 1 + i * 97 + round * 1301;
            const Message said{std::string(size, static_cast<char>('a' + i)), (i + round) % streams,
                               1000 + i, round % 3 == 2};
            Message heard;
            if (!send(all[i], said) || !receive(all[i], heard)) {
                std::printf("%u.%u: nothing came back\n", i, round);
                return 1;
            }
            if (heard.text != told(said) || heard.stream != said.stream || heard.protocol != 7) {
                std::printf("%u.%u: \"%s\" on stream %u\n", i, round, heard.text.c_str(),
                            heard.stream);
                return 1;
            }
        }
    Message heard;
    for (const int fd : all)
        if (!send(fd, {"last", 0, 0, false}) || !receive(fd, heard) ||
            heard.text != told({"last", 0, 0, false}) || receive(fd, heard)) {
            std::puts("an end was not heard");
            return 1;
        }
    std::puts("all heard");
    return 0;
}

int flood(const char* address, const char* port) {
    const int fd = connect_to(address, port);
    (void)send(fd, {"stop reading", 0, 0, false});
    const Message much{std::string(50000, 'x'), 0, 0, false};
    std::size_t sent = 0;
    for (int silent = 0; silent < 30 && sent < 2000;) {
        if (send(fd, much, MSG_DONTWAIT)) {
            ++sent;
            silent = 0;
        } else {
            ::usleep(100000);
            ++silent;
        }
    }
    std::printf("%zu\n", sent * much.text.size());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string verb = argc > 1 ? argv[1] : "";
    if (verb == "answer" && argc == 3)
        return answer(static_cast<std::uint16_t>(std::atoi(argv[2])));
    if (verb == "ask" && argc == 5)
        return ask(argv[2], argv[3], static_cast<unsigned>(std::atoi(argv[4])));
    if (verb == "flood" && argc == 4) return flood(argv[2], argv[3]);
    if (verb == "hold" && argc == 4) {
        (void)connect_to(argv[2], argv[3]);
        std::puts("held");
        std::fflush(stdout);
        ::pause();
    }
    return 2;
}
