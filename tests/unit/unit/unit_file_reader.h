// SPDX-License-Identifier: LGPL-2.1-or-later
// Reads unit files as systemd does, so that tests see what it will see. Written from
// systemd.syntax(7), systemd.service(5) "Command lines" and systemd.unit(5) "Specifiers", not from
// the renderer.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace podd::test {

struct Line {
    std::string section;
    std::string key;
    std::string value;
    bool operator==(const Line&) const = default;
};

inline std::string_view stripped(std::string_view text) {
    constexpr std::string_view kBlank = " \t\n\r";
    const auto first = text.find_first_not_of(kBlank);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Empty when systemd would complain about a line.
inline std::optional<std::vector<Line>> read_unit_file(std::string_view text) {
    std::vector<Line> lines;
    std::string section;
    std::string pending;
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view raw = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        const auto shown = stripped(raw);
        if (shown.starts_with('#') || shown.starts_with(';'))
            continue;  // also within continuations
        if (raw.find('\0') != std::string_view::npos) return {};
        std::string line = pending + std::string{raw};
        pending.clear();
        if (line.ends_with('\\')) {
            line.back() = ' ';
            pending = line;
            continue;
        }
        const auto content = stripped(line);
        if (content.empty()) continue;
        if (content.starts_with('[')) {
            if (!content.ends_with(']')) return {};
            section = content.substr(1, content.size() - 2);
            continue;
        }
        const auto equals = content.find('=');
        if (equals == std::string_view::npos || equals == 0) return {};
        lines.push_back({section, std::string{stripped(content.substr(0, equals))},
                         std::string{stripped(content.substr(equals + 1))}});
    }
    if (!pending.empty()) return {};
    return lines;
}

/// "%%" → "%"; empty when another specifier would be expanded.
inline std::optional<std::string> without_specifiers(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && (++i == text.size() || text[i] != '%')) return {};
        out += text[i];
    }
    return out;
}

/// "$$" → "$"; empty when a variable would be expanded.
inline std::optional<std::string> without_variables(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '$' && (++i == text.size() || text[i] != '$')) return {};
        out += text[i];
    }
    return out;
}

inline int hex_value(char c) {
    const auto at = std::string_view{"0123456789abcdef"}.find(c);
    return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

enum class Escapes { kC, kPlain };

/// Words of a value: quotes of both kinds, and escapes. Empty for what systemd refuses.
inline std::optional<std::vector<std::string>> split_words(std::string_view text, Escapes escapes) {
    std::vector<std::string> words;
    std::size_t i = 0;
    for (;;) {
        while (i < text.size() && (text[i] == ' ' || text[i] == '\t'))
            ++i;
        if (i == text.size()) return words;
        std::string word;
        char quote = 0;
        for (; i < text.size(); ++i) {
            const char c = text[i];
            if (c == '\\') {
                if (++i == text.size()) return {};
                if (escapes == Escapes::kPlain || text[i] == '\\' || text[i] == '"') {
                    word += text[i];
                } else if (text[i] == 'x' && i + 2 < text.size()) {
                    word += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
                    i += 2;
                } else {
                    return {};
                }
            } else if (quote != 0) {
                if (c == quote)
                    quote = 0;
                else
                    word += c;
            } else if (c == '"' || c == '\'') {
                quote = c;
            } else if (c == ' ' || c == '\t') {
                break;
            } else {
                word += c;
            }
        }
        if (quote != 0) return {};
        words.push_back(word);
    }
}

}  // namespace podd::test
