// SPDX-License-Identifier: LGPL-2.1-or-later
// Content digests of OCI: "sha256:<64 hex digits>".
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace podd::schema {

/// sha256 (64 digits), sha384 (96) or sha512 (128), hex digits in lower case. Safe as parts of a
/// path. Source: OCI image-spec 1.1 descriptor.md "Digests".
class Digest {
public:
    static base::Result<Digest> parse(std::string_view text);
    /// "sha256"
    std::string_view algorithm() const { return std::string_view{text_}.substr(0, colon_); }
    std::string_view hex() const { return std::string_view{text_}.substr(colon_ + 1); }
    /// "sha256:<hex>"
    const std::string& str() const { return text_; }
    auto operator<=>(const Digest&) const = default;

private:
    Digest(std::string text, std::size_t colon) : text_{std::move(text)}, colon_{colon} {}
    std::string text_;
    std::size_t colon_;
};

}  // namespace podd::schema
