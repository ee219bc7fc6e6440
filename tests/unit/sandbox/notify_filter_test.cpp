// SPDX-License-Identifier: LGPL-2.1-or-later
#include "notify_filter.h"

#include <string>

#include <doctest/doctest.h>

namespace {

std::string filtered(std::string message) {
    message.resize(podd::stage1::filter_notification(message.data(), message.size()));
    return message;
}

}  // namespace

TEST_SUITE("stage1/notify_filter") {
    TEST_CASE("what an app may say passes") {
        CHECK(filtered("READY=1") == "READY=1");
        CHECK(filtered("READY=1\nSTATUS=up\n") == "READY=1\nSTATUS=up\n");
        CHECK(filtered("RELOADING=1\nMONOTONIC_USEC=123") == "RELOADING=1\nMONOTONIC_USEC=123");
        CHECK(filtered("STOPPING=1\nERRNO=2") == "STOPPING=1\nERRNO=2");
        CHECK(filtered("EXTEND_TIMEOUT_USEC=600000000") == "EXTEND_TIMEOUT_USEC=600000000");
        CHECK(filtered("WATCHDOG=trigger") == "WATCHDOG=trigger");
        CHECK(filtered("STATUS=20\xc2\xa0\xe2\x82\xac, \xc3\x9b") ==
              "STATUS=20\xc2\xa0\xe2\x82\xac, \xc3\x9b");
    }

    TEST_CASE("everything else is left out, the rest stays") {
        CHECK(filtered("MAINPID=1\nREADY=1") == "READY=1");
        CHECK(filtered("READY=1\nFDSTORE=1\nSTATUS=x") == "READY=1\nSTATUS=x");
        for (const char* message :
             {"", "\n\n", "MAINPID=4", "BARRIER=1", "READY=2", "READY=1x", "READY", "ready=1",
              "WATCHDOG_USEC=1", "ERRNO=x", "ERRNO=", "ERRNO=4096", "EXTEND_TIMEOUT_USEC=600000001",
              "EXTEND_TIMEOUT_USEC=99999999999999999999", "STATUS=\x1b[2J", "STATUS=a\rb",
              "STATUS=a\xc2\x9bm", "STATUS=\xc2\x80"}) {
            CAPTURE(std::string{message});
            CHECK(filtered(message).find_first_not_of('\n') == std::string::npos);
        }
        CHECK(filtered("STATUS=" + std::string(300, 'x')).empty());
        CHECK(filtered(std::string{"READY=1\0MAINPID=1", 17}).empty());
    }
}
