// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/host_sockets.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/unique_fd.h"
#include "pod/port_findings.h"
#include "skip.h"

using namespace podd;

namespace {

constexpr std::uint16_t kPort = 5353;

// A message as the kernel lays it out.
class Message {
public:
    Message(int family, const char* address, std::uint32_t device = 0) {
        inet_diag_msg socket{};
        socket.idiag_family = static_cast<std::uint8_t>(family);
        socket.id.idiag_sport = htons(kPort);
        socket.idiag_inode = 77;
        socket.id.idiag_if = device;
        REQUIRE(::inet_pton(family, address, &socket.id.idiag_src) == 1);
        append(&socket, sizeof socket);
    }
    Message& add(std::uint16_t type, const void* value, std::size_t size) {
        const nlattr attribute{static_cast<std::uint16_t>(NLA_HDRLEN + size), type};
        append(&attribute, sizeof attribute);
        append(value, size);
        size_ = NLMSG_ALIGN(size_);
        return *this;
    }
    std::vector<pod::HostSocket> sockets(std::string_view protocol) {
        nlmsghdr header{};
        header.nlmsg_len = static_cast<std::uint32_t>(size_);
        std::memcpy(bytes_.data(), &header, sizeof header);
        return pod::sockets_of(*reinterpret_cast<const nlmsghdr*>(bytes_.data()), protocol);
    }
    void cut(std::size_t bytes) { size_ -= bytes; }

private:
    void append(const void* value, std::size_t size) {
        std::memcpy(bytes_.data() + size_, value, size);
        size_ += size;
    }
    alignas(nlmsghdr) std::array<char, 1024> bytes_{};
    std::size_t size_ = NLMSG_HDRLEN;
};

struct Address {
    sockaddr_storage storage{};
    Address(int family, const char* text) {
        storage.ss_family = static_cast<sa_family_t>(family);
        void* to = family == AF_INET
                       ? static_cast<void*>(&reinterpret_cast<sockaddr_in&>(storage).sin_addr)
                       : static_cast<void*>(&reinterpret_cast<sockaddr_in6&>(storage).sin6_addr);
        REQUIRE(::inet_pton(family, text, to) == 1);
    }
};

}  // namespace

TEST_SUITE("pod/host_sockets") {
    TEST_CASE("addresses at which a socket gets something") {
        const std::uint8_t no = 0;
        const std::uint8_t yes = 1;
        const auto at = [](Message message) { return message.sockets("udp").front().address; };
        CHECK(at({AF_INET, "0.0.0.0"}) == "0.0.0.0");
        CHECK(at({AF_INET, "192.0.2.1"}) == "192.0.2.1");
        CHECK(at({AF_INET6, "2001:db8::1"}) == "2001:db8::1");
        CHECK(at({AF_INET6, "::ffff:192.0.2.1"}) == "192.0.2.1");
        CHECK(at({AF_INET6, "::"}).empty());
        CHECK(at(Message{AF_INET6, "::"}.add(INET_DIAG_SKV6ONLY, &no, 1)).empty());
        CHECK(at(Message{AF_INET6, "::"}
                     .add(INET_DIAG_SHUTDOWN, &no, 1)
                     .add(INET_DIAG_SKV6ONLY, &yes, 1)) == "::");
        CHECK(Message{AF_INET, "192.0.2.1"}.sockets("udp") ==
              std::vector<pod::HostSocket>{{"udp", "192.0.2.1", kPort, 77}});
    }

    TEST_CASE("what gets nothing but from this host: by its address or its device") {
        const auto is_so = [](Message message) { return message.sockets("tcp")[0].at_loopback; };
        CHECK(is_so({AF_INET, "127.0.0.53"}));
        CHECK(is_so({AF_INET6, "::1"}));
        CHECK(is_so({AF_INET6, "::", 1}));
        CHECK_FALSE(is_so({AF_INET6, "::", 2}));
        CHECK_FALSE(is_so({AF_INET, "192.0.2.1"}));
    }

    TEST_CASE("SCTP has several at once") {
        const std::array<Address, 2> locals{Address{AF_INET, "192.0.2.1"},
                                            Address{AF_INET6, "2001:db8::1"}};
        const auto sockets = Message{AF_INET6, "::"}
                                 .add(INET_DIAG_LOCALS, locals.data(), sizeof locals)
                                 .sockets("sctp");
        CHECK(sockets == std::vector<pod::HostSocket>{{"sctp", "192.0.2.1", kPort, 77},
                                                      {"sctp", "2001:db8::1", kPort, 77}});
    }

    TEST_CASE("a message that is cut short is no socket, an attribute that is has no meaning") {
        const std::uint8_t yes = 1;
        Message message{AF_INET6, "::"};
        message.add(INET_DIAG_SKV6ONLY, &yes, 1);
        message.cut(4);
        CHECK(message.sockets("tcp").front().address.empty());
        message.cut(8);
        CHECK(message.sockets("tcp").empty());
    }

    TEST_CASE("what this program listens at is found, and a connection of its own is not") {
        const base::UniqueFd server{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        const base::UniqueFd client{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* raw = reinterpret_cast<sockaddr*>(&address);
        REQUIRE(::bind(server.get(), raw, size) == 0);
        REQUIRE(::getsockname(server.get(), raw, &size) == 0);
        const auto port = ntohs(address.sin_port);
        REQUIRE(::connect(client.get(), raw, size) == 0);
        REQUIRE(::getsockname(client.get(), raw, &size) == 0);
        const auto sockets = pod::host_sockets("udp");
        SKIP_UNLESS(sockets.has_value(), "the kernel lists no sockets")
        const auto has = [&](std::uint16_t wanted) {
            return std::any_of(sockets->begin(), sockets->end(), [&](const auto& socket) {
                return socket.port == wanted && socket.address == "127.0.0.1";
            });
        };
        CHECK(has(port));
        CHECK_FALSE(has(ntohs(address.sin_port)));
    }
}

TEST_SUITE("pod/port_findings") {
    TEST_CASE("sockets in the way of an entry; those of systemd may be the pod's own") {
        using pod::Forwarder;
        const std::vector<schema::LoopbackPorts> all{{"tcp", "", 80, 82}};
        const std::vector<schema::LoopbackPorts> loopback{{"tcp", "127.0.0.1", 80, 82},
                                                          {"tcp", "::1", 80, 82}};
        const schema::HostPorts ports{0, "tcp", "", 80, 82};
        struct Row {
            pod::PortUse use;
            pod::HostSocket socket;
            bool of_program, of_systemd;
        };
        for (const auto& [use, socket, of_program, of_systemd] : std::vector<Row>{
                 {{ports, false, Forwarder::kPodd, loopback}, {"tcp", "", 81}, true, true},
                 {{ports, false, Forwarder::kPodd, loopback},
                  {"tcp", "127.0.0.1", 81, 1, true},
                  true,
                  false},
                 {{ports, false, Forwarder::kPodd, loopback},
                  {"tcp", "127.0.0.53", 81, 1, true},
                  false,
                  false},
                 {{ports, false, Forwarder::kPodd, all},
                  {"tcp", "127.0.0.53", 81, 1, true},
                  true,
                  false},
                 {{ports, false, Forwarder::kPodd, loopback}, {"tcp", "", 83}, false, false},
                 {{ports, false, Forwarder::kPlugins, {}}, {"tcp", "127.0.0.53", 80}, true, true},
                 {{ports, true}, {"tcp", "", 82}, true, false},
                 {{ports, true}, {"tcp", "127.0.0.1", 82}, true, false},
                 {{ports, true}, {"udp", "", 82}, false, false},
             }) {
            CAPTURE(socket.address);
            CAPTURE(socket.port);
            using pod::Obstacle;
            CHECK((pod::obstacle(socket, use, false) == Obstacle::kCertain) == of_program);
            CHECK((pod::obstacle(socket, use, true) == Obstacle::kCertain) == of_systemd);
        }
    }

    TEST_CASE(
        "UDP at loopback: what is at one address stands beside what is at all, if it shares") {
        using pod::Obstacle;
        const std::vector<schema::LoopbackPorts> loopback{
            {"udp", "", 80, 82}, {"udp", "127.0.0.1", 53, 53}, {"tcp", "::1", 53, 53}};
        const schema::HostPorts ports{0, "udp", "", 53, 82};
        const pod::PortUse use{ports, false, pod::Forwarder::kPodd, loopback};
        struct Row {
            pod::HostSocket socket;
            Obstacle of_program;
        };
        for (const auto& [socket, of_program] : std::vector<Row>{
                 {{"udp", "127.0.0.1", 80, 1, true}, Obstacle::kUnlessShared},
                 {{"udp", "", 80, 1, true}, Obstacle::kCertain},
                 {{"udp", "127.0.0.1", 79, 1, true}, Obstacle::kNone},
                 {{"udp", "127.0.0.1", 53, 1, true}, Obstacle::kCertain},
                 {{"udp", "127.0.0.53", 53, 1, true}, Obstacle::kNone},
                 {{"udp", "::1", 53, 1, true}, Obstacle::kNone},
             }) {
            CAPTURE(socket.address);
            CAPTURE(socket.port);
            CHECK(pod::obstacle(socket, use, false) == of_program);
            CHECK(pod::obstacle(socket, use, true) == Obstacle::kNone);
        }
    }
}
