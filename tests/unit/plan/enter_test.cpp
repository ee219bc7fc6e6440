// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/enter.h"

#include <csignal>

#include <doctest/doctest.h>

using namespace podd;
using plan::EnterEvent;
using plan::EnterRequest;
using plan::TerminalRequest;

TEST_SUITE("plan/enter") {
    TEST_CASE("what one end writes the other reads") {
        const EnterRequest requests[] = {
            {std::nullopt},
            {TerminalRequest{"xterm-256color", 24, 80}},
            {TerminalRequest{"vt100", 0, 65535}},
        };
        for (const auto& request : requests)
            CHECK(*plan::enter_request(plan::to_text(request)) == request);
        const EnterEvent events[] = {
            {EnterEvent::Kind::kStarted, 0, ""},
            {EnterEvent::Kind::kExited, 255, ""},
            {EnterEvent::Kind::kKilled, SIGKILL, ""},
            {EnterEvent::Kind::kFailed, 127, "program \"\u00e4\" is missing\nhint: none"},
        };
        for (const auto& event : events)
            CHECK(*plan::enter_event(plan::to_text(event)) == event);
        CHECK(*plan::signal_request(plan::signal_text(SIGTERM)) == SIGTERM);
    }

    TEST_CASE("a terminal type that would be more than a name becomes \"dumb\"") {
        for (const char* type : {"", "a b", "x\nLD_PRELOAD=/x", "../x", "\x1b[31m"}) {
            CAPTURE(type);
            const auto request =
                plan::enter_request(plan::to_text(EnterRequest{TerminalRequest{type, 1, 1}}));
            REQUIRE(request);
            CHECK(request->terminal->type == "dumb");
        }
    }

    TEST_CASE("an event's message is cut so that the event always fits") {
        for (const char* part : {"\1", "\n", "\"", "\\", "\xff", "\xc3\xa4", "x\xe2\x82\xac"}) {
            CAPTURE(part);
            std::string message;
            while (message.size() < 100'000)
                message += part;
            const auto text = plan::to_text({EnterEvent::Kind::kFailed, 125, message});
            CHECK(text.size() <= plan::kMaxEnterMessage);
            CHECK(plan::enter_event(text));
        }
    }

    TEST_CASE("anything else is refused") {
        for (const char* text : {"", "x", "[]", "7", R"({"terminal":7})", R"({"terminal":{}})",
                                 R"({"terminal":{"type":"a b","rows":1,"columns":1}})",
                                 R"({"terminal":{"type":"","rows":1,"columns":1}})",
                                 R"({"terminal":{"type":"vt100","rows":65536,"columns":1}})",
                                 R"({"terminal":{"type":"vt100","rows":-1,"columns":1}})"}) {
            CAPTURE(text);
            CHECK(!plan::enter_request(text));
        }
        for (const char* text : {"", "{}", R"({"event":"other","value":0,"message":""})",
                                 R"({"event":"exited","value":256,"message":""})",
                                 R"({"event":"exited","message":""})", R"({"event":7})"}) {
            CAPTURE(text);
            CHECK(!plan::enter_event(text));
        }
        for (const char* text : {"", "{}", "9", R"({"signal":0})", R"({"signal":-9})",
                                 R"({"signal":65})", R"({"signal":"9"})"}) {
            CAPTURE(text);
            CHECK(!plan::signal_request(text));
        }
    }
}
