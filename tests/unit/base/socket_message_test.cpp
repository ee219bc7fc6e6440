// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/socket_message.h"

#include <string>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"

using namespace podd::base;

namespace {

struct Pair {
    Pair() {
        int ends[2];
        REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
        here.reset(ends[0]);
        there.reset(ends[1]);
    }
    UniqueFd here;
    UniqueFd there;
};

std::size_t open_fds() {
    const UniqueFd dir{::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const auto names = list_dir(dir.get());
    REQUIRE(names);
    return names->size();
}

}  // namespace

TEST_SUITE("base/socket_message") {
    TEST_CASE("descriptors arrive with their message, closed on exec") {
        const Pair pair;
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        const UniqueFd read_end{ends[0]};
        const UniqueFd write_end{ends[1]};
        REQUIRE(send_message(pair.here.get(), "two", {read_end.get(), write_end.get()}));
        REQUIRE(send_message(pair.here.get(), "none", {}));
        const auto two = receive_message(pair.there.get(), 100, 2);
        REQUIRE(two);
        CHECK(two->text == "two");
        REQUIRE(two->fds.size() == 2);
        CHECK((::fcntl(two->fds[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
        REQUIRE(write_all(two->fds[1].get(), "x"));
        char byte = 0;
        CHECK(::read(two->fds[0].get(), &byte, 1) == 1);
        const auto none = receive_message(pair.there.get(), 100, 2);
        REQUIRE(none);
        CHECK(none->text == "none");
        CHECK(none->fds.empty());
    }

    TEST_CASE("more descriptors or bytes than may be are an error that leaves nothing open") {
        const Pair pair;
        struct Row {
            std::string text;
            std::vector<int> fds;
        };
        const Row rows[] = {{"x", {0, 0, 0}}, {"xx", {0}}, {"xx", {}}};
        for (const auto& row : rows) {
            CAPTURE(row.text);
            CAPTURE(row.fds.size());
            const auto before = open_fds();
            REQUIRE(send_message(pair.here.get(), row.text, row.fds));
            const auto got = receive_message(pair.there.get(), 1, 1);
            REQUIRE_FALSE(got);
            CHECK(got.error().code() == ErrorCode::kInternal);
            CHECK(open_fds() == before);
        }
    }

    TEST_CASE("an end that is gone is an empty message here and an error there") {
        Pair pair;
        pair.here.reset();
        const auto got = receive_message(pair.there.get(), 1, 1);
        REQUIRE(got);
        CHECK(got->text.empty());
        CHECK_FALSE(send_message(pair.there.get(), "x", {}));
    }

    TEST_CASE("no message holds more descriptors than the kernel passes") {
        const Pair pair;
        CHECK(send_message(pair.here.get(), "x", std::vector<int>(kMaxMessageFds, 0)));
        const auto got = receive_message(pair.there.get(), 1, kMaxMessageFds);
        REQUIRE(got);
        CHECK(got->fds.size() == kMaxMessageFds);
        const auto refused =
            send_message(pair.here.get(), "x", std::vector<int>(kMaxMessageFds + 1, 0));
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code() == ErrorCode::kUnsupported);
    }
}
