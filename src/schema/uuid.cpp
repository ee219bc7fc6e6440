// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/uuid.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/json_node.h"

namespace podd::schema {

namespace {

int digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

}  // namespace

base::Result<Uuid> Uuid::parse(std::string_view text) {
    std::array<std::uint8_t, 16> bytes{};
    std::size_t digits = 0;
    bool good = true;
    for (const char c : text) {
        if (c == '-') continue;
        const int value = digit(c);
        good = good && value >= 0 && digits < 32;
        if (!good) break;
        auto& byte = bytes.at(digits / 2);
        byte = static_cast<std::uint8_t>(byte * 16 + value);
        ++digits;
    }
    const bool zero = std::all_of(bytes.begin(), bytes.end(), [](auto byte) { return byte == 0; });
    if (!good || digits != 32 || zero)
        return found_wanted(quoted(text),
                            "a UUID such as \"6733c088-a507-4694-aabf-edbe4fc5266f\"");
    return Uuid{bytes};
}

Uuid Uuid::from_random(std::array<std::uint8_t, 16> bytes) {
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0fU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3fU) | 0x80U);
    return Uuid{bytes};
}

std::string Uuid::str() const {
    std::string out;
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
        out += fmt::format("{:02x}", bytes_.at(i));
    }
    return out;
}

}  // namespace podd::schema
