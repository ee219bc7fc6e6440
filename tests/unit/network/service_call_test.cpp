// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/service_call.h"

#include <array>
#include <string>

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <sys/time.h>

#include "base/socket_message.h"

using namespace podd;
using namespace podd::network;

namespace {

struct Ends {
    base::UniqueFd client;
    base::UniqueFd service;
};

Ends connected() {
    std::array<int, 2> fds{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) == 0);
    return {base::UniqueFd{fds[0]}, base::UniqueFd{fds[1]}};
}

base::ErrorCode code_of(const base::Result<Answer>& answer) {
    REQUIRE(!answer);
    return answer.error().code();
}

}  // namespace

TEST_SUITE("network/service_call") {
    TEST_CASE("a socket that nobody listens at is named") {
        const auto called = call_service(0, "/nonexistent/podd.socket");
        REQUIRE(!called);
        CHECK(called.error().code() == base::ErrorCode::kUnavailable);
        CHECK(called.error().message().find("\"/nonexistent/podd.socket\"") != std::string::npos);
    }

    TEST_CASE("an answer comes with its descriptors, and not with more than may be") {
        const auto ends = connected();
        Reply reply;
        reply.interface = 7;
        REQUIRE(base::send_message(ends.service.get(), to_text(reply), {ends.client.get()}));
        const auto answer = receive_answer(ends.client.get(), 1);
        REQUIRE(answer);
        CHECK(answer->reply == reply);
        CHECK(answer->fds.size() == 1);
        REQUIRE(base::send_message(ends.service.get(), to_text(reply), {ends.client.get()}));
        CHECK(code_of(receive_answer(ends.client.get(), 0)) == base::ErrorCode::kUnavailable);
    }

    TEST_CASE("no answer in time, or none ever, is told from one that is damaged") {
        auto ends = connected();
        const timeval patience{0, 1000};
        REQUIRE(::setsockopt(ends.client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience,
                             sizeof patience) == 0);
        CHECK(code_of(receive_answer(ends.client.get(), 0)) == base::ErrorCode::kUnavailable);
        REQUIRE(base::send_message(ends.service.get(), "no JSON", {}));
        CHECK(code_of(receive_answer(ends.client.get(), 0)) == base::ErrorCode::kInvalidArgument);
        ends.service.reset();
        CHECK(code_of(receive_answer(ends.client.get(), 0)) == base::ErrorCode::kUnavailable);
    }
}
