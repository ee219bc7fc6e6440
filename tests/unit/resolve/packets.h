// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages of the domain name system, written by hand: byte for byte what RFC 1035 says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace podd::test {

inline std::string number(unsigned value) {
    return {static_cast<char>(value >> 8U & 0xFFU), static_cast<char>(value & 0xFFU)};
}

inline std::string wire_name(std::string_view name) {
    std::string out;
    while (!name.empty()) {
        const auto label = name.substr(0, name.find('.'));
        name.remove_prefix(label.size() < name.size() ? label.size() + 1 : label.size());
        out += static_cast<char>(label.size());
        out += label;
    }
    return out + '\0';
}

constexpr unsigned kA = 1;
constexpr unsigned kPtr = 12;
constexpr unsigned kMx = 15;
constexpr unsigned kAaaa = 28;
constexpr unsigned kAny = 255;

/// A question with id 0x1234; 0x0100 asks for recursion.
inline std::string question(std::string_view name, unsigned type, unsigned flags = 0x0100,
                            unsigned additional = 0) {
    return number(0x1234) + number(flags) + number(1) + number(0) + number(0) + number(additional) +
           wire_name(name) + number(type) + number(1);
}

/// Room for 4096 bytes, version 0.
inline std::string edns() {
    return std::string(1, '\0') + number(41) + number(4096) + number(0) + number(0) + number(0);
}

}  // namespace podd::test
