// SPDX-License-Identifier: LGPL-2.1-or-later
// Just enough of JSON to say what was found.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace probe {

/// Of bytes that are not ASCII a "?" is left.
inline std::string quoted(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out.append(1, '\\').append(1, c);
        else if (byte < 0x20)
            out.append("\\u00").append(1, kHex[byte >> 4U]).append(1, kHex[byte & 15U]);
        else
            out.append(1, byte < 0x7F ? c : '?');
    }
    return out + '"';
}

class JsonObject {
public:
    void add(std::string_view name, std::string_view text) { add_json(name, quoted(text)); }
    void add_json(std::string_view name, const std::string& json) {
        members_.push_back(quoted(name) + ": " + json);
    }
    std::string str() const { return "{" + joined(", ") + "}"; }
    /// A member a line: the journal takes none of more than 48 KiB.
    std::string lines() const { return "{" + joined(",\n ") + "}\n"; }

private:
    std::string joined(std::string_view separator) const {
        std::string out;
        for (const auto& member : members_)
            (out.empty() ? out : out.append(separator)).append(member);
        return out;
    }

    std::vector<std::string> members_;
};

inline std::string json_list(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts)
        (out.empty() ? out : out.append(", ")).append(quoted(text));
    return "[" + out + "]";
}

}  // namespace probe
