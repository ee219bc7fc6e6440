// SPDX-License-Identifier: LGPL-2.1-or-later
#include "unit/names.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd::unit;

TEST_SUITE("unit/names") {
    // The right-hand sides were printed by systemd-escape of systemd 252.
    TEST_CASE("escape says what systemd-escape says") {
        struct Case {
            std::string text, escaped;
        };
        for (const auto& [text, escaped] : {
                 Case{"web", "web"},
                 Case{"my-pod", "my\\x2dpod"},
                 Case{"a/b", "a-b"},
                 Case{".hidden", "\\x2ehidden"},
                 Case{"a.b_c:d", "a.b_c:d"},
                 Case{"a b", "a\\x20b"},
                 Case{"back\\slash", "back\\x5cslash"},
                 Case{"/x", "-x"},
                 Case{"\xc3\xa4", "\\xc3\\xa4"},
                 Case{"a@b%", "a\\x40b\\x25"},
             }) {
            CAPTURE(text);
            CHECK(escape(text) == escaped);
            const auto back = unescape(escaped);
            REQUIRE(back);
            CHECK(*back == text);
        }
        for (const std::string bad : {"\\", "\\x", "\\x2", "\\xzz", "a\\x2", "\\y2d"}) {
            CAPTURE(bad);
            CHECK_FALSE(unescape(bad));
        }
    }

    TEST_CASE("escape_path says what systemd-escape --path says") {
        CHECK(escape_path("/var/lib/podd") == "var-lib-podd");
        CHECK(escape_path("//var//lib/my-dir/") == "var-lib-my\\x2ddir");
        CHECK(escape_path("/") == "-");
        CHECK(escape_path("/.hidden") == "\\x2ehidden");
    }

    TEST_CASE("every byte survives escaping and is a unit name") {
        for (int byte = 1; byte < 256; ++byte) {
            const std::string text(3, static_cast<char>(byte));
            CAPTURE(byte);
            CHECK(is_unit_name(escape(text) + ".service"));
            CHECK(*unescape(escape(text)) == text);
        }
    }

    TEST_CASE("a pod's units have these names") {
        CHECK(slice_name("web") == "machine-web.slice");
        CHECK(slice_name("my-pod") == "machine-my\\x2dpod.slice");
        CHECK(sandbox_name("my-pod") == "pod-my-pod.service");
        CHECK(app_name("my-pod", "a-b") == "pod-my-pod@a-b.service");
        CHECK(stop_name("my-pod") == "pod-stop@my-pod.target");
    }

    TEST_CASE("pod_unit takes the names apart again and leaves others alone") {
        CHECK(pod_unit("pod-my-pod.service") == PodUnit{"my-pod", ""});
        CHECK(pod_unit("pod-my-pod@a-b.service") == PodUnit{"my-pod", "a-b"});
        for (const std::string other : {"pod-.service", "pod-@x.service", "pod-web@.service",
                                        "pod-stop@web.target", "podd.service", "web.service"}) {
            CAPTURE(other);
            CHECK_FALSE(pod_unit(other));
        }
    }

    TEST_CASE("is_unit_name refuses what systemd refuses") {
        for (const std::string good : {"a.service", "multi-user.target", "x@y.socket",
                                       "machine-my\\x2dpod.slice", "dev-sda.device"}) {
            CAPTURE(good);
            CHECK(is_unit_name(good));
        }
        for (const std::string bad :
             {"", "a", ".service", "a.servic", "../a.service", "a b.service", "a/b.service",
              "a%i.service", "@x.service", "a\n.service", "a\".service"}) {
            CAPTURE(bad);
            CHECK_FALSE(is_unit_name(bad));
        }
        CHECK(is_unit_name(std::string(247, 'a') + ".service"));
        CHECK_FALSE(is_unit_name(std::string(248, 'a') + ".service"));
    }
}
