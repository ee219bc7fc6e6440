// SPDX-License-Identifier: LGPL-2.1-or-later
// The fields of a form that asks for a signature or brings one, taken as they come over the wire.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"

namespace podd::metadata {

/// As many bytes of "content" are signed; nothing of them is kept.
inline constexpr std::uint64_t kMaxContentBytes = std::uint64_t{1} * 1024 * 1024;

class Form {
public:
    /// A piece of a field's value, `offset` bytes of it are before. Other fields are left alone.
    void add(std::string_view name, std::uint64_t offset, std::string_view piece);

    /// A field stands there twice, or is longer than any that makes sense.
    bool is_ambiguous() const { return ambiguous_; }
    bool is_too_large() const { return too_large_; }

    std::uint64_t content_bytes() const { return content_bytes_; }
    /// Of the content; once.
    std::string content_digest() { return content_.finish_hex(); }
    const std::string& uuid() const { return uuid_; }
    const std::string& signature() const { return signature_; }

private:
    void add_content(std::uint64_t offset, std::string_view piece);
    void add_short(std::string& value, std::uint64_t offset, std::string_view piece);

    base::Hash content_{base::HashAlgorithm::kSha512};
    std::uint64_t content_bytes_ = 0;
    std::string uuid_;
    std::string signature_;
    bool ambiguous_ = false;
    bool too_large_ = false;
};

}  // namespace podd::metadata
