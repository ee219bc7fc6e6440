// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/word_list.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "schema/json_node.h"
#include "schema/names.h"

namespace podd::schema {

using base::Result;

namespace {

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Source: systemd.unit(5): letters, digits and ":-_.\@", at most 255 bytes, a type at the end.
bool is_unit_name(std::string_view text) {
    constexpr std::array<std::string_view, 9> kTypes{".target", ".service", ".slice",
                                                     ".socket", ".timer",   ".path",
                                                     ".mount",  ".device",  ".automount"};
    const auto dot = text.rfind('.');
    return text.size() <= 255 && dot != std::string_view::npos && dot > 0 &&
           std::find(kTypes.begin(), kTypes.end(), text.substr(dot)) != kTypes.end() &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_letter_or_digit(c) ||
                      std::string_view{":-_.\\@"}.find(c) != std::string_view::npos;
           });
}

constexpr std::size_t kMaxWords = 100;
constexpr std::string_view kBlanks = " \t\n";

// Words with blanks between them that all pass `check`, each once.
template <typename Check>
Result<std::vector<std::string>> words_that(std::string_view text, std::size_t most, Check check) {
    std::vector<std::string> found;
    std::set<std::string_view> seen;
    while (true) {
        const auto first = text.find_first_not_of(kBlanks);
        if (first == std::string_view::npos) return found;
        text.remove_prefix(first);
        const auto word = text.substr(0, text.find_first_of(kBlanks));
        TRY(check(word));
        if (seen.insert(word).second) found.emplace_back(word);
        if (found.size() > most) return found_wanted("more names", fmt::format("at most {}", most));
        text.remove_prefix(word.size());
    }
}

}  // namespace

Result<std::vector<std::string>> words(std::string_view text) {
    return words_that(text, kMaxWords, [](std::string_view) -> Result<> { return {}; });
}

Result<std::vector<std::string>> unit_names(std::string_view text) {
    return words_that(text, kMaxWords, [](std::string_view name) -> Result<> {
        if (is_unit_name(name)) return {};
        return found_wanted(quoted(name), "the name of a unit such as \"multi-user.target\"");
    });
}

Result<std::vector<std::string>> app_names(std::string_view text) {
    auto names = TRY(words_that(text, kMaxElements, [](std::string_view name) -> Result<> {
        TRY(AcName::parse(name));
        return {};
    }));
    if (names.empty()) return found_wanted(quoted(text), "names of apps of this pod");
    return names;
}

}  // namespace podd::schema
