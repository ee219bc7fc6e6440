// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string>

#include <doctest/doctest.h>

#include "fetch/blobs.h"
#include "fetch/http_error.h"
#include "fetch/tries.h"

using podd::base::ErrorCode;
using podd::fetch::Backoff;
using podd::fetch::HttpAnswer;
using podd::fetch::is_range_from;

TEST_SUITE("fetch/answer") {
    TEST_CASE("an answer without success is told apart by its status") {
        struct Case {
            int status;
            std::string body;
            ErrorCode code;
            std::string says;
        };
        const std::string unknown = R"({"errors":[{"code":"X","message":"what \u001b[31m?"}]})";
        for (const auto& c : {
                 Case{401, "", ErrorCode::kDenied, "\"r.io\" wants to know who asks"},
                 Case{403, unknown, ErrorCode::kDenied, R"(it says "what \u001b[31m?")"},
                 Case{404, R"({"errors":[{"code":"NAME_UNKNOWN"}]})", ErrorCode::kNotFound,
                      "it says \"NAME_UNKNOWN\""},
                 Case{404, "<html>", ErrorCode::kNotFound, "\"r.io\" has no such thing"},
                 Case{404, R"({"errors":[]})", ErrorCode::kNotFound, "no such thing"},
                 Case{404, R"({"errors":{"a":1}})", ErrorCode::kNotFound, "no such thing"},
                 Case{429, "", ErrorCode::kUnavailable, "hint: try again in 17 s"},
                 Case{500, "", ErrorCode::kUnavailable, "HTTP 500"},
                 Case{503, "", ErrorCode::kUnavailable, "HTTP 503"},
                 Case{304, "", ErrorCode::kUnsupported, "HTTP 304"},
                 Case{418, "", ErrorCode::kUnsupported, "HTTP 418"},
             }) {
            CAPTURE(c.status);
            HttpAnswer answer;
            answer.status = c.status;
            answer.url.host = "r.io";
            answer.body = c.body;
            answer.retry_after = "17";
            const auto error = podd::fetch::status_error(answer);
            CHECK(error.code() == c.code);
            CAPTURE(error.message());
            CHECK(error.message().find(c.says) != std::string::npos);
        }
    }

    TEST_CASE("Retry-After is seconds or nothing") {
        for (const auto& [text, seconds] : {std::pair{"", 0U},
                                            {"5", 5U},
                                            {"-5", 0U},
                                            {"5s", 0U},
                                            {"99999999999", 0U},
                                            {"Wed, 21 Oct 2026 07:28:00 GMT", 0U}}) {
            CAPTURE(text);
            HttpAnswer answer;
            answer.retry_after = text;
            CHECK(podd::fetch::retry_after(answer) == seconds);
        }
    }

    TEST_CASE("tries come to an end, and nobody makes us wait for long") {
        Backoff backoff;
        CHECK(backoff.next_msec(0) == 500);
        CHECK(backoff.next_msec(5) == 5000);
        CHECK(backoff.next_msec(0) == 2000);
        CHECK(backoff.next_msec(0) < 0);
        backoff.reset();
        CHECK(backoff.next_msec(0) == 500);
        CHECK(backoff.next_msec(31) < 0);
    }

    TEST_CASE("a part is the one that was asked for, or refused") {
        struct Case {
            std::string text;
            bool fits;
        };
        for (const auto& c : {
                 Case{"bytes 5-9/10", true},
                 Case{"bytes 5-9/*", true},
                 Case{"bytes 5-7/10", true},  // the rest is asked for again
                 Case{"bytes 4-9/10", false},
                 Case{"bytes 0-9/10", false},
                 Case{"bytes 5-10/10", false},
                 Case{"bytes 5-9/11", false},
                 Case{"bytes 5-4/10", false},
                 Case{"bytes 5-9", false},
                 Case{"bytes 5-9/", false},
                 Case{"bytes 5-9/10x", false},
                 Case{"bytes */10", false},
                 Case{"items 5-9/10", false},
                 Case{"bytes -5-9/10", false},
                 Case{"bytes 18446744073709551621-9/10", false},
                 Case{"", false},
             }) {
            CAPTURE(c.text);
            CHECK(is_range_from(c.text, 5, 10) == c.fits);
        }
    }
}
