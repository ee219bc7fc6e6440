// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/scalars.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace podd;
using namespace podd::schema;

namespace {

using Check = base::Result<void> (*)(std::string_view);

void check(Check good, const std::vector<std::string>& accepted,
           const std::vector<std::string>& refused) {
    for (const auto& text : accepted) {
        CAPTURE(text);
        const auto answer = good(text);
        CHECK_MESSAGE(answer.has_value(), answer.error().message());
    }
    for (const auto& text : refused) {
        CAPTURE(text);
        CHECK_FALSE(good(text).has_value());
    }
}

const std::string kHex64(64, 'a');

}  // namespace

TEST_SUITE("schema/scalars") {
    TEST_CASE("a version of the spec") {
        check(check_ac_version,
              {"0.8.11", "0.8.11+git", "1.2.3-rc.1+b", "01.2.3", "1.2.3-", "1.2.3+", "1.2.3-a_b!",
               "0.0.0-alpha", "0.0.0+x", "1.2.3+a+b", "1.30.0"},
              {"", "0.0.0", "1", "1.2", "1.2.3.4", "v1.2.3", "-1.2.3", "+1.2.3", " 1.2.3",
               "99999999999999999999.0.0", "1..2", "1.2.3 "});
    }

    TEST_CASE("an image id where it is used") {
        check(check_image_id, {"sha512-" + kHex64, "sha512-" + kHex64 + kHex64, "sha256:" + kHex64},
              {"", "sha256-12345", "sha512-", "sha512-ab-cd", "bad", "sha512-abcdefghi",
               "sha512:" + kHex64, "SHA512-" + kHex64, "sha512-" + std::string(64, 'A'),
               "sha256:" + kHex64 + "a", "sha512-" + kHex64 + "a", "sha512-..."});
    }

    TEST_CASE("an image id in a template") {
        check(check_loose_image_id, {"sha512-abcdefghi", "sha512-...", "sha512-" + kHex64},
              {"", "sha256-12345", "sha512-", "sha512-ab-cd", "bad", "SHA512-ab", "sha512:ab"});
    }

    TEST_CASE("a date of RFC 3339") {
        check(check_date,
              {"2004-05-14T23:11:14Z", "2001-02-03T04:05:06Z", "2008-09-10T11:12:13+01:00",
               "2014-10-27T19:32:27.67021798Z", "2024-02-29T00:00:00Z", "2000-02-29T00:00:00-23:59",
               "0001-01-01T00:00:00Z"},
              {"",
               "2001-02-03 04:05:06",
               "2001-02-03T04:05:06",
               "2001/02/03",
               "13 July",
               "2001-02-03 04:05:06Z",
               "2001-02-03t04:05:06Z",
               "2001-02-03T04:05:06z",
               "2001-02-03T04:05:60Z",
               "2001-13-03T04:05:06Z",
               "2001-02-30T04:05:06Z",
               "2023-02-29T00:00:00Z",
               "1900-02-29T00:00:00Z",
               "2001-02-03T24:05:06Z",
               "2001-02-03T04:05:06,5Z",
               "2001-02-03T4:05:06Z",
               "2001-02-03T04:05:06.Z",
               "2001-02-03T04:05:06+0100",
               "2001-02-03T04:05:06+24:00",
               "2001-02-03T04:05:06Zx",
               "2001-02-03T04:05:06.5"});
    }

    TEST_CASE("a web address") {
        check(check_web_url,
              {"http://example.com", "https://example.com/a?b", "HTTP://x", "http://u:p@h:80/",
               "https://[::1]/"},
              {"", "ftp://example.com", "//example.com", "zap://x", "foo", "http:", "http://",
               "http:///x", "http://:80", "http://a b", "http://a\n", "https", "http://u@"});
    }

    TEST_CASE("a path that is mounted on") {
        check(check_mount_path, {"/a", "/a/b.c/..d", "/\xc3\xa9", "/a b"},
              {"", "/", "a", "a/b", "/a/", "//a", "/a//b", "/./a", "/a/.", "/../a", "/a/..", "./a",
               "../home"});
        check(check_path, {"/"}, {"", "//"});
        check(check_working_directory, {"/", "/a", "/a/", "//a"},
              {"", "stuff", "../home", "/..", "/a/../b"});
    }

    TEST_CASE("a variable's name") {
        check(check_environment_name, {"FOO", "_0_DEBUG_0_", "DEBUG.0", "DEBUG-0", "foo", "_"},
              {"", "0DEBUG", "VERBOSE|DEBUG", "FOO=BAR", "a b", "a\n", "-a", ".a"});
    }
}
