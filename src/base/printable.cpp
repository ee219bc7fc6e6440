// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/printable.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace podd::base {

namespace {

struct Decoded {
    char32_t code;
    std::size_t length;  // 0: no UTF-8
};

// Source: RFC 3629, section 4.
Decoded decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (length == 0 || first > 0xF4 || text.size() < length) return {0, 0};
    char32_t code = first & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0) != 0x80) return {0, 0};
        code = (code << 6) | (byte(i) & 0x3FU);
    }
    static constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
    if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
        return {0, 0};
    return {code, length};
}

bool is_harmless(char32_t code) {
    const bool control = code < 0x20 || (code >= 0x7F && code <= 0x9F);
    const bool line_break = code == 0x2028 || code == 0x2029;
    // Unicode Standard Annex 9, "Explicit Directional" formatting characters and marks.
    const bool direction = (code >= 0x202A && code <= 0x202E) ||
                           (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F ||
                           code == 0x061C;
    return !control && !line_break && !direction;
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const Decoded character = decode(text);
        if (character.length == 0) {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text.front()));
            text.remove_prefix(1);
            continue;
        }
        if (is_harmless(character.code))
            out += text.substr(0, character.length);
        else if (character.code < 0x100)
            out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(character.code));
        else
            out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(character.code));
        text.remove_prefix(character.length);
    }
    return out;
}

std::string shell_word(std::string_view word) {
    constexpr std::string_view kPlain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789%+,-./:=@_";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos)
        return std::string{word};
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return quoted + "'";
}

}  // namespace podd::base
