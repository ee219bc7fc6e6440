// SPDX-License-Identifier: LGPL-2.1-or-later
// The UUID of one run of a pod.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::schema {

/// Never all zero. Source: RFC 4122; appc spec, types.md "UUID".
class Uuid {
public:
    /// 32 hex digits of any case, dashes anywhere between them are ignored.
    /// Errors: kInvalidArgument.
    static base::Result<Uuid> parse(std::string_view text);
    /// Version 4 of 16 random bytes.
    static Uuid from_random(std::array<std::uint8_t, 16> bytes);

    const std::array<std::uint8_t, 16>& bytes() const { return bytes_; }
    /// Lower case, 8-4-4-4-12.
    std::string str() const;
    auto operator<=>(const Uuid&) const = default;

private:
    explicit Uuid(const std::array<std::uint8_t, 16>& bytes) : bytes_{bytes} {}
    std::array<std::uint8_t, 16> bytes_;
};

}  // namespace podd::schema
