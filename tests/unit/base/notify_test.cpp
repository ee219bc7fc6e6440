// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/notify.h"

#include <cstdlib>
#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/unique_fd.h"

using namespace podd::base;

namespace {

// A service manager's end: a datagram socket in the abstract namespace.
class Manager {
public:
    Manager() : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
        name_ = "@podd-test-" + std::to_string(::getpid());
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path + 1, name_.data() + 1, name_.size() - 1);
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
        REQUIRE(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), length) == 0);
        ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
    }
    ~Manager() { ::unsetenv("NOTIFY_SOCKET"); }

    std::string receive() {
        char text[256];
        const auto n = ::recv(socket_.get(), text, sizeof text, MSG_DONTWAIT);
        REQUIRE(n >= 0);
        return {text, static_cast<std::size_t>(n)};
    }

private:
    UniqueFd socket_;
    std::string name_;
};

}  // namespace

TEST_SUITE("base/notify") {
    TEST_CASE("notify sends the text as one datagram, also to an abstract socket") {
        Manager manager;
        REQUIRE(notify("READY=1\nSTATUS=here"));
        CHECK(manager.receive() == "READY=1\nSTATUS=here");
    }

    TEST_CASE("without a manager notify does nothing") {
        CHECK(notify("READY=1"));
        CHECK(notify_barrier(0));
    }

    TEST_CASE("a socket that is no address is refused") {
        ::setenv("NOTIFY_SOCKET", "relative", 1);
        const auto sent = notify("READY=1");
        ::unsetenv("NOTIFY_SOCKET");
        REQUIRE_FALSE(sent.has_value());
        CHECK(sent.error().code() == ErrorCode::kInvalidArgument);
    }

    TEST_CASE("the barrier waits until the manager has read all that was sent") {
        Manager manager;
        REQUIRE(notify("MAINPID=2"));
        const auto marker = send_marker();
        REQUIRE(marker);
        CHECK(manager.receive() == "MAINPID=2");
        const auto early = marker->await_read(10);
        REQUIRE_FALSE(early.has_value());
        CHECK(early.error().code() == ErrorCode::kUnavailable);
        // Means nothing to it: sd_notify(3) keeps names that begin with X_ free.
        CHECK(manager.receive().starts_with("X_"));
        CHECK(marker->await_read(0));
    }

    TEST_CASE("whoever waits for the manager sleeps until it has read, and no longer") {
        constexpr int kReadsAfterUsec = 100'000;
        Manager manager;
        const auto sent = SentNotification::send("READY=1");
        REQUIRE(sent);
        const pid_t reader = ::fork();
        REQUIRE(reader >= 0);
        if (reader == 0) {
            (void)::usleep(kReadsAfterUsec);
            ::_exit(manager.receive().starts_with("READY=1\n") ? 0 : 1);
        }
        rusage before{};
        rusage after{};
        REQUIRE(::getrusage(RUSAGE_SELF, &before) == 0);
        CHECK(sent->await_read(60'000));
        REQUIRE(::getrusage(RUSAGE_SELF, &after) == 0);
        CHECK(after.ru_nvcsw - before.ru_nvcsw <= 2);
        int status = -1;
        REQUIRE(::waitpid(reader, &status, 0) == reader);
        CHECK(status == 0);
    }
}
