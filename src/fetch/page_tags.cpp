// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/page_tags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

#include <fmt/format.h>

#include "schema/json_node.h"

namespace podd::fetch {

using base::Result;
using schema::found_wanted;

namespace {

constexpr std::size_t kMaxTags = 256;
constexpr std::size_t kMaxValue = 8192;
constexpr std::string_view kBlanks = " \t\n\f\r";

// What stands in these up to their end tag is text.
constexpr std::array<std::string_view, 9> kTextElements{
    "script", "style", "title", "textarea", "noscript", "iframe", "noframes", "noembed", "xmp",
};

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_blank(char c) {
    return kBlanks.find(c) != std::string_view::npos;
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool is_same(std::string_view text, std::string_view lower_case) {
    return std::equal(text.begin(), text.end(), lower_case.begin(), lower_case.end(),
                      [](char a, char b) { return lower(a) == b; });
}

void append_utf8(std::string& out, std::uint32_t code) {
    constexpr std::uint32_t kReplacement = 0xFFFD;
    if (code == 0 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) code = kReplacement;
    const auto tail = [&](unsigned shift) {
        out += static_cast<char>(0x80 | ((code >> shift) & 0x3F));
    };
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xC0 | (code >> 6));
        tail(0);
    } else if (code < 0x10000) {
        out += static_cast<char>(0xE0 | (code >> 12));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0 | (code >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

// The character that "amp" or "#x26" stands for; of the names those that every page may need.
std::optional<std::uint32_t> character(std::string_view name) {
    for (const auto& [known, code] :
         {std::pair{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}})
        if (name == known) return static_cast<unsigned char>(code);
    if (!name.starts_with('#')) return std::nullopt;
    name.remove_prefix(1);
    const bool is_hex = name.starts_with('x') || name.starts_with('X');
    if (is_hex) name.remove_prefix(1);
    std::uint32_t code = 0;
    const char* begin = name.data();
    const char* end = begin + name.size();
    const auto [stop, error] = std::from_chars(begin, end, code, is_hex ? 16 : 10);
    if (error != std::errc{} || stop != end) return std::nullopt;
    return code;
}

std::string resolved(std::string_view text) {
    constexpr std::size_t kMaxName = 10;
    std::string out;
    while (!text.empty()) {
        const auto amp = std::min(text.find('&'), text.size());
        out += text.substr(0, amp);
        text.remove_prefix(amp);
        if (text.empty()) break;
        const auto end = text.substr(0, kMaxName).find(';');
        const auto code =
            end == std::string_view::npos ? std::nullopt : character(text.substr(1, end - 1));
        if (code)
            append_utf8(out, *code);
        else
            out += '&';
        text.remove_prefix(code ? end + 1 : 1);
    }
    return out;
}

class Scanner {
public:
    explicit Scanner(std::string_view page) : rest_{page} {}

    Result<std::vector<MetaTag>> scan() {
        while (skip_to("<")) {
            if (rest_.starts_with("<!--"))
                skip_comment();
            else if (rest_.size() > 1 && is_letter(rest_[1]))
                TRY(start_tag());
            else if (rest_.starts_with("</") && rest_.size() > 2 && is_letter(rest_[2]))
                TRY(end_tag());
            else if (rest_.starts_with("<!") || rest_.starts_with("<?") || rest_.starts_with("</"))
                skip_behind(">");
            else
                rest_.remove_prefix(1);
        }
        return std::move(tags_);
    }

private:
    struct Attributes {
        std::optional<std::string> name{};
        std::optional<std::string> content{};
        bool is_twice = false;
    };

    bool skip_to(std::string_view text) {
        rest_.remove_prefix(std::min(rest_.find(text), rest_.size()));
        return !rest_.empty();
    }
    void skip_behind(std::string_view text) {
        if (skip_to(text)) rest_.remove_prefix(text.size());
    }

    void skip_comment() {
        constexpr std::string_view kBegin = "<!--";
        rest_.remove_prefix(kBegin.size());
        for (const std::string_view empty : {">", "->"})
            if (rest_.starts_with(empty)) return rest_.remove_prefix(empty.size());
        const auto plain = rest_.find("-->");
        const auto odd = rest_.find("--!>");
        rest_.remove_prefix(std::min({plain, odd, rest_.size()}));
        skip_behind(">");
    }

    std::string_view word(std::string_view ends) {
        const auto end = std::min(rest_.find_first_of(ends), rest_.size());
        const auto found = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return found;
    }

    Result<> start_tag() {
        rest_.remove_prefix(1);
        const auto element = word(" \t\n\f\r/>");
        auto found = TRY(attributes());
        if (rest_.empty()) return {};  // a tag that does not end is none
        rest_.remove_prefix(1);
        if (is_same(element, "meta")) return keep(std::move(found));
        if (is_same(element, "plaintext")) rest_ = {};  // it has no end
        for (const auto text : kTextElements)
            if (is_same(element, text)) skip_text(text);
        return {};
    }

    Result<> end_tag() {
        word(" \t\n\f\r/>");
        TRY(attributes());
        if (!rest_.empty()) rest_.remove_prefix(1);
        return {};
    }

    Result<> keep(Attributes found) {
        if (found.is_twice || !found.name || !found.content) return {};
        if (tags_.size() == kMaxTags)
            return found_wanted("more <meta> tags", fmt::format("at most {}", kMaxTags));
        tags_.push_back({std::move(*found.name), std::move(*found.content)});
        return {};
    }

    // Up to the end tag of `element`, which is left for the scan.
    void skip_text(std::string_view element) {
        while (skip_to("</")) {
            const auto name = rest_.substr(2, element.size());
            const auto after = rest_.substr(std::min(2 + element.size(), rest_.size()));
            if (is_same(name, element) && (after.empty() || is_blank(after.front()) ||
                                           after.front() == '/' || after.front() == '>'))
                return;
            rest_.remove_prefix(2);
        }
    }

    // Up to the ">" of the tag, or to the end.
    Result<Attributes> attributes() {
        Attributes found;
        while (true) {
            while (!rest_.empty() && (is_blank(rest_.front()) || rest_.front() == '/'))
                rest_.remove_prefix(1);
            if (rest_.empty() || rest_.front() == '>') return found;
            const auto name = attribute_name();
            const auto value = TRY(attribute_value());
            for (const auto& [known, slot] :
                 {std::pair{"name", &found.name}, std::pair{"content", &found.content}}) {
                if (!is_same(name, known)) continue;
                found.is_twice = found.is_twice || slot->has_value();
                *slot = resolved(value);
            }
        }
    }

    std::string_view attribute_name() {
        // A "=" in front belongs to the name.
        const auto end = std::min(rest_.find_first_of(" \t\n\f\r/>=", 1), rest_.size());
        const auto name = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return name;
    }

    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
    }

    Result<std::string_view> attribute_value() {
        skip_blanks();
        if (!rest_.starts_with('=')) return std::string_view{};
        rest_.remove_prefix(1);
        skip_blanks();
        std::string_view value;
        if (rest_.starts_with('"') || rest_.starts_with('\'')) {
            const char quote = rest_.front();
            rest_.remove_prefix(1);
            value = word({&quote, 1});
            if (!rest_.empty()) rest_.remove_prefix(1);
        } else {
            value = word(" \t\n\f\r>");
        }
        if (value.size() > kMaxValue)
            return found_wanted(fmt::format("an attribute of {} bytes", value.size()),
                                fmt::format("at most {}", kMaxValue));
        return value;
    }

    std::string_view rest_;
    std::vector<MetaTag> tags_{};
};

}  // namespace

Result<std::vector<MetaTag>> meta_tags(std::string_view page) {
    return Scanner{page}.scan();
}

}  // namespace podd::fetch
