// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/credential_names.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/json_node.h"
#include "schema/scalars.h"

namespace podd::schema {

using base::Result;

namespace {

constexpr std::size_t kMaxCredentials = 100;
constexpr std::string_view kBlanks = " \t\n";

// Source: systemd.exec(5): what can be a file name, of printable ASCII without ":". Fewer signs
// here: none that a shell or a unit file would want quoted.
bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 200 && text != "." && text != ".." &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '_' || c == '-' || c == '@';
           });
}

Result<Credential> parse_credential(std::string_view text) {
    const auto colon = text.find(':');
    const auto name = text.substr(0, colon);
    if (!is_name(name))
        return found_wanted(quoted(text),
                            "NAME or NAME:PATH, a name of letters, digits and \".-_@\"");
    if (colon == std::string_view::npos) return Credential{std::string{name}, std::string{name}};
    const auto path = text.substr(colon + 1);
    if (!is_name(path)) {
        if (path.find('\\') != std::string_view::npos || !check_path(path))
            return found_wanted(quoted(path),
                                "an absolute path without blanks and backslashes, or "
                                "the name of a credential of the host's");
    }
    return Credential{std::string{name}, std::string{path}};
}

}  // namespace

Result<std::vector<Credential>> parse_credentials(std::string_view text) {
    std::vector<Credential> list;
    while (true) {
        const auto first = text.find_first_not_of(kBlanks);
        if (first == std::string_view::npos) break;
        text.remove_prefix(first);
        const auto word = text.substr(0, text.find_first_of(kBlanks));
        auto one = TRY(parse_credential(word));
        if (std::any_of(list.begin(), list.end(),
                        [&](const Credential& other) { return other.name == one.name; }))
            return found_wanted(quoted(one.name) + " a second time", "each name once");
        list.push_back(std::move(one));
        if (list.size() > kMaxCredentials)
            return found_wanted("more credentials", fmt::format("at most {}", kMaxCredentials));
        text.remove_prefix(word.size());
    }
    if (list.empty()) return found_wanted("nothing", "NAME:PATH of a credential");
    return list;
}

}  // namespace podd::schema
