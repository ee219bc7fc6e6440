// SPDX-License-Identifier: LGPL-2.1-or-later
// Strings that a unit must not take for more than a value.
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "unit/catalog.h"
#include "unit/render.h"
#include "unit_file_reader.h"

using namespace podd;
using namespace podd::unit;

namespace {

using Words = std::vector<std::string>;

// What systemd would hand on for a line that the renderer wrote, or nothing where it would not.
std::optional<Words> read_back(Kind kind, const std::string& value) {
    if (kind == Kind::kText) {
        const auto text = test::without_specifiers(value);
        if (!text) return {};
        return Words{*text};
    }
    auto words =
        test::split_words(value, kind == Kind::kPaths ? test::Escapes::kPlain : test::Escapes::kC);
    if (!words) return {};
    for (std::size_t i = 0; i < words->size(); ++i) {
        auto text = test::without_specifiers((*words)[i]);
        if (text && kind == Kind::kCommand && i > 0) text = test::without_variables(*text);
        if (!text) return {};
        (*words)[i] = *text;
    }
    return words;
}

// Strings that try to be more than a value.
std::vector<std::string> hostile_strings() {
    std::vector<std::string> out{"",
                                 " ",
                                 "a",
                                 "a b",
                                 "%",
                                 "%n",
                                 "%%",
                                 "$",
                                 "${X}",
                                 "$$",
                                 ";",
                                 "\\;",
                                 "#x",
                                 "[Service]",
                                 "\\",
                                 "a\\",
                                 "\\\\",
                                 "\\n",
                                 "\\x0a",
                                 "\"",
                                 "'",
                                 "\"a\"",
                                 "'a'",
                                 "a\"b",
                                 "=",
                                 "a=b",
                                 "\xc3\xa4",
                                 "\n",
                                 "a\nb",
                                 "a\nExecStartPre=/bin/evil",
                                 "x\n[Service]\nExecStart=/bin/evil",
                                 "a\r\nb",
                                 "\ta",
                                 "a\t",
                                 "\x7f",
                                 "\x01",
                                 "@/bin/x",
                                 "-/bin/x",
                                 "+/bin/x",
                                 "/bin/x; /bin/y",
                                 "a\\\nb",
                                 "%h/.ssh",
                                 "$HOME"};
    std::mt19937 random{20240501};  // NOLINT(cert-msc51-cpp): a test repeats itself
    const std::string letters = "ab \\\"'%$;#[]=\n\t\r\x01/-@+{}~\x7f\xc3\xa4";
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (auto length = random() % 12; length > 0; --length)
            text += letters[random() % letters.size()];
        out.push_back(text);
    }
    return out;
}

}  // namespace

TEST_SUITE("unit/render") {
    TEST_CASE("any string comes back as it was, or is refused by both, and is never a directive") {
        std::size_t rendered = 0;
        for (const auto& text : hostile_strings()) {
            CAPTURE(text);
            struct Case {
                std::string section;
                Kind kind;
                Setting setting;
            };
            for (const auto& [section, kind, setting] :
                 {Case{"Unit", Kind::kText, {"Description", text, {}}},
                  Case{"Unit", Kind::kPaths, {"RequiresMountsFor", "", {"/" + text, "/x"}}},
                  Case{"Service", Kind::kCommand, {"ExecStart", "", {"/bin/true", text, "x"}}}}) {
                const auto file = file_text({"x.service", {{section, {setting}}}, {}}, "test");
                CHECK(file.has_value() == property(section, setting).has_value());
                if (!file) continue;
                ++rendered;
                const auto lines = test::read_unit_file(*file);
                REQUIRE(lines);
                REQUIRE(lines->size() == 1);
                CHECK(lines->front().section == section);
                CHECK(lines->front().key == setting.key);
                const auto back = read_back(kind, lines->front().value);
                REQUIRE(back);
                CHECK(*back == (kind == Kind::kText ? Words{text} : setting.words));
            }
        }
        CHECK(rendered > 20'000);
    }

    TEST_CASE("an argument may hold anything but NUL") {
        for (int byte = 1; byte < 128; ++byte) {
            CAPTURE(byte);
            const std::string text(1, static_cast<char>(byte));
            CHECK(property("Service", {"ExecStart", "", {"/bin/x", text}}));
        }
        CHECK_FALSE(property("Service", {"ExecStart", "", {"/bin/x", std::string(1, '\0')}}));
    }

    TEST_CASE("data of any length is whole base64 on short lines") {
        const Unit unit{
            "x.service", {{"Service", {{"StandardInputData", std::string(200'000, 'x'), {}}}}}, {}};
        const auto text = file_text(unit, "test");
        REQUIRE(text);
        const auto lines = test::read_unit_file(*text);
        REQUIRE(lines);
        CHECK(lines->size() == 5);
        for (const auto& line : *lines)
            CHECK(line.value.size() % 4 == 0);
    }
}
