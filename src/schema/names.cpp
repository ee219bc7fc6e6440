// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/names.h"

#include <algorithm>

#include "schema/json_node.h"

namespace podd::schema {

using base::Result;

namespace {

constexpr std::size_t kIdentifierBytes = 1024;
constexpr std::size_t kNameBytes = 200;
constexpr std::size_t kPodNameBytes = 48;
constexpr std::string_view kIdentifierSeparators = "-._~/";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c);
}

// Letters, digits and `separators`, with a letter or digit at both ends; never empty.
bool is_name(std::string_view text, std::string_view separators) {
    if (text.empty() || !is_letter_or_digit(text.front()) || !is_letter_or_digit(text.back()))
        return false;
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return is_letter_or_digit(c) || separators.find(c) != std::string_view::npos;
    });
}

bool has_path_trick(std::string_view text) {
    for (std::size_t start = 0; start <= text.size();) {
        const auto end = std::min(text.find('/', start), text.size());
        const auto component = text.substr(start, end - start);
        if (component.empty() || component == "." || component == "..") return true;
        start = end + 1;
    }
    return false;
}

std::string sanitize(std::string_view text, std::string_view separators, char replacement,
                     std::size_t most) {
    std::string out;
    for (const char c : text) {
        const char small = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        const bool fits =
            is_letter_or_digit(small) || separators.find(small) != std::string_view::npos;
        out += fits ? small : replacement;
    }
    const auto trim = [&] {
        while (!out.empty() && !is_letter_or_digit(out.back()))
            out.pop_back();
    };
    const auto first = std::find_if(out.begin(), out.end(), is_letter_or_digit);
    out.erase(out.begin(), first);
    if (out.size() > most) out.resize(most);
    trim();
    return out;
}

}  // namespace

Result<AcIdentifier> AcIdentifier::parse(std::string_view text) {
    if (text.size() > kIdentifierBytes || !is_name(text, kIdentifierSeparators))
        return found_wanted(quoted(text),
                            "an AC Identifier: lower-case letters, digits and -._~/ with a letter "
                            "or digit at both ends, at most 1024 bytes");
    if (has_path_trick(text))
        return found_wanted(quoted(text),
                            "an AC Identifier without empty, \".\" or \"..\" component");
    return AcIdentifier{std::string{text}};
}

Result<AcIdentifier> AcIdentifier::sanitized(std::string_view text) {
    return parse(sanitize(text, kIdentifierSeparators, '_', kIdentifierBytes));
}

Result<AcName> AcName::parse(std::string_view text) {
    if (text.size() > kNameBytes || !is_name(text, "-"))
        return found_wanted(quoted(text),
                            "an AC Name: lower-case letters, digits and dashes with a letter or "
                            "digit at both ends, at most 200 bytes");
    return AcName{std::string{text}};
}

Result<AcName> AcName::sanitized(std::string_view text) {
    return parse(sanitize(text, "-", '-', kNameBytes));
}

Result<PodName> PodName::parse(std::string_view text) {
    if (text.size() > kPodNameBytes || !is_name(text, "-"))
        return found_wanted(quoted(text),
                            "a pod name: lower-case letters, digits and dashes with a letter or "
                            "digit at both ends, at most 48 bytes");
    if (text == "localhost" || text == "host" || text == "gateway")
        return found_wanted(quoted(text), "a pod name: this one means something else on a network");
    if (std::all_of(text.begin(), text.end(), is_digit))
        return found_wanted(quoted(text), "a pod name with a letter: digits alone are an address");
    return PodName{std::string{text}};
}

}  // namespace podd::schema
