// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/socket_message.h"
#include "podctl/enter_session.h"
#include "podctl/entered_app.h"
#include "podctl/pump.h"
#include "podctl/raw_terminal.h"

using namespace podd;
using namespace podd::podctl;
using base::ErrorCode;

namespace {

using Words = std::vector<std::string>;

std::array<base::UniqueFd, 2> make_pipe() {
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    return {base::UniqueFd{ends[0]}, base::UniqueFd{ends[1]}};
}

std::string drained(int fd) {
    std::string text;
    char block[4096];
    for (ssize_t n = 0; (n = ::read(fd, block, sizeof block)) > 0;)
        text.append(block, static_cast<std::size_t>(n));
    return text;
}

// One turn of an event loop.
std::string turn(Pump& pump) {
    auto wanted = pump.wanted();
    REQUIRE(::poll(&wanted, 1, 1000) == 1);
    return std::string{pump.step(wanted.revents)};
}

}  // namespace

TEST_SUITE("podctl/enter") {
    TEST_CASE("an app is named with its pod, or beside it") {
        struct {
            Words words;
            const char* pod;  // empty: refused
            const char* app;
        } cases[] = {
            {{"web"}, "web", ""},     {{"web/a"}, "web", "a"}, {{"web", "a"}, "web", "a"},
            {{"web/"}, "", ""},       {{"/a"}, "", ""},        {{""}, "", ""},
            {{"web/a", "b"}, "", ""}, {{"web", ""}, "", ""},   {{"web/a/b"}, "web", "a/b"},
        };
        for (const auto& c : cases) {
            CAPTURE(c.words.front());
            const auto choice = parse_app_choice(c.words);
            REQUIRE(choice.has_value() == (*c.pod != '\0'));
            if (!choice) continue;
            CHECK(choice->pod == c.pod);
            CHECK(choice->app == c.app);
        }
    }

    TEST_CASE("the only app need not be named, one of several must be") {
        CHECK(*chosen_app({"web", ""}, {"a"}) == "a");
        CHECK(*chosen_app({"web", "b"}, {"a", "b"}) == "b");
        CHECK(chosen_app({"web", ""}, {"a", "b"}).error().code() == ErrorCode::kInvalidArgument);
        CHECK(chosen_app({"web", "c"}, {"a", "b"}).error().code() == ErrorCode::kNotFound);
        CHECK(chosen_app({"web", "c"}, {"a"}).error().code() == ErrorCode::kNotFound);
        CHECK_FALSE(chosen_app({"web", ""}, {}));
    }

    TEST_CASE("the end of a command is told at once") {
        using Clock = std::chrono::steady_clock;
        auto shortest = Clock::duration::max();
        for (int i = 0; i < 3; ++i) {  // the machine may be busy
            const auto session = EnterSession::make();
            REQUIRE(session);
            const auto control = (*session)->take_control();
            REQUIRE(
                base::receive_message(control.get(), plan::kMaxEnterMessage, plan::kMaxEnterFds));
            for (const auto& event : {plan::EnterEvent{plan::EnterEvent::Kind::kStarted},
                                      plan::EnterEvent{plan::EnterEvent::Kind::kExited, 3}})
                REQUIRE(base::send_message(control.get(), plan::to_text(event), {}));
            const auto begin = Clock::now();
            const auto end = (*session)->run("a.service");
            shortest = std::min(shortest, Clock::now() - begin);
            REQUIRE(end);
            CHECK(end->status == 3);
        }
        CHECK(shortest < std::chrono::milliseconds{300});
    }

    TEST_CASE("words that D-Bus cannot carry are refused here") {
        CHECK(check_words({"ls", "", "\u00e4", "a\nb\1"}));
        CHECK_FALSE(check_words({"ls", "\xff"}));
        CHECK_FALSE(check_words({"\xc3"}));
    }

    TEST_CASE("the escape is three keys in a second, with nothing between") {
        using std::chrono::milliseconds;
        const std::chrono::steady_clock::time_point begin{};
        EscapeKeys keys;
        CHECK_FALSE(keys.in("\x1d\x1d", begin));
        CHECK(keys.in("\x1d", begin + milliseconds{900}));
        EscapeKeys slow;
        CHECK_FALSE(slow.in("\x1d\x1d", begin));
        CHECK_FALSE(slow.in("\x1d", begin + milliseconds{1100}));
        CHECK_FALSE(slow.in("\x1dx\x1d", begin + milliseconds{1200}));
        CHECK(slow.in("\x1d\x1d", begin + milliseconds{1300}));
    }

    TEST_CASE("a pump carries bytes on, waits for a slow reader, and ends with its source") {
        auto source = make_pipe();
        auto sink = make_pipe();
        Pump pump{source[0].get(), sink[1].get()};
        const int owned = sink[1].get();
        pump.own(std::move(sink[1]));
        REQUIRE(::write(source[1].get(), "hello", 5) == 5);
        CHECK(turn(pump) == "hello");
        CHECK(pump.wanted().fd == owned);
        CHECK(turn(pump).empty());
        CHECK(drained(sink[0].get()) == "hello");

        const std::string much(static_cast<std::size_t>(::fcntl(owned, F_GETPIPE_SZ)), 'x');
        REQUIRE(::write(owned, much.data(), much.size()) == static_cast<ssize_t>(much.size()));
        REQUIRE(::write(source[1].get(), "late", 4) == 4);
        CHECK(turn(pump) == "late");
        auto full = pump.wanted();
        CHECK(::poll(&full, 1, 0) == 0);
        CHECK(drained(sink[0].get()) == much);
        CHECK(turn(pump).empty());
        CHECK(drained(sink[0].get()) == "late");

        source[1].reset();
        CHECK(turn(pump).empty());
        CHECK(pump.ended());
        char byte = 0;
        CHECK(::read(sink[0].get(), &byte, 1) == 0);  // closed with the source
    }

    TEST_CASE("a pump ends when nobody reads any more") {
        auto source = make_pipe();
        auto sink = make_pipe();
        (void)::signal(SIGPIPE, SIG_IGN);
        Pump pump{source[0].get(), sink[1].get()};
        sink[0].reset();
        REQUIRE(::write(source[1].get(), "x", 1) == 1);
        CHECK(turn(pump) == "x");
        CHECK(turn(pump).empty());
        CHECK(pump.ended());
    }
}
