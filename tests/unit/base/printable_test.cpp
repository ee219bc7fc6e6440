// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/printable.h"

#include <doctest/doctest.h>

using namespace podd::base;

TEST_SUITE_BEGIN("base/printable");

TEST_CASE("a word reaches a shell's command as it is") {
    struct Case {
        const char* word;
        const char* text;
    };
    const Case cases[] = {
        {"/srv/a-b_c:1.0@x=y,%+", "/srv/a-b_c:1.0@x=y,%+"},
        {"", "''"},
        {"a b", "'a b'"},
        {"$HOME;`id`", "'$HOME;`id`'"},
        {"it's", "'it'\\''s'"},
        {"~root", "'~root'"},
        {"a\nb", "'a\nb'"},
    };
    for (const auto& [word, text] : cases) {
        CAPTURE(word);
        CHECK(shell_word(word) == text);
    }
}

TEST_SUITE_END();
