// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/digest.h"

#include <algorithm>
#include <array>

#include "schema/json_node.h"

namespace podd::schema {

base::Result<Digest> Digest::parse(std::string_view text) {
    constexpr std::array<std::pair<std::string_view, std::size_t>, 3> kAlgorithms{
        {{"sha256", 64}, {"sha384", 96}, {"sha512", 128}}};
    const auto colon = std::min(text.find(':'), text.size());
    const auto hex = text.substr(std::min(colon + 1, text.size()));
    const bool is_hex = std::all_of(hex.begin(), hex.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
    for (const auto& [name, digits] : kAlgorithms)
        if (text.substr(0, colon) == name && hex.size() == digits && is_hex)
            return Digest{std::string{text}, colon};
    return found_wanted(quoted(text),
                        "a digest: \"sha256:\" and 64, \"sha384:\" and 96 or \"sha512:\" and 128 "
                        "lower-case hex digits");
}

}  // namespace podd::schema
