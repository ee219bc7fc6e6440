// SPDX-License-Identifier: LGPL-2.1-or-later
// Names that are valid by construction: AC Identifier, AC Name, pod name.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace podd::schema {

/// Lower-case letters, digits and -._~/ with a letter or digit at both ends; no empty, "." or ".."
/// component, because identifiers become paths and URLs. At most 1024 bytes. Source: appc spec
/// 0.8.11, types.md "AC Identifier Type"; accepts what its reference parser accepts.
class AcIdentifier {
public:
    static base::Result<AcIdentifier> parse(std::string_view text);
    /// Makes one of free text: lower case, "_" for what is not allowed, edges trimmed. Errors:
    /// kInvalidArgument when nothing is left.
    static base::Result<AcIdentifier> sanitized(std::string_view text);
    const std::string& str() const { return text_; }
    auto operator<=>(const AcIdentifier&) const = default;

private:
    explicit AcIdentifier(std::string text) : text_{std::move(text)} {}
    std::string text_;
};

/// Lower-case letters, digits and dashes with a letter or digit at both ends; at most 200 bytes:
/// app names become unit names, volume and port names become paths. Source: appc spec 0.8.11,
/// types.md "AC Name Type".
class AcName {
public:
    static base::Result<AcName> parse(std::string_view text);
    /// Makes one of free text: lower case, "-" for what is not allowed, edges trimmed. Errors:
    /// kInvalidArgument when nothing is left.
    static base::Result<AcName> sanitized(std::string_view text);
    const std::string& str() const { return text_; }
    auto operator<=>(const AcName&) const = default;

private:
    explicit AcName(std::string text) : text_{std::move(text)} {}
    std::string text_;
};

/// A pod's primary key: [a-z0-9]([a-z0-9-]{0,46}[a-z0-9])?, so that it is also a machine name and a
/// host name. "localhost", "host", "gateway" and names of digits only are refused; the host's own
/// name is refused where it is known.
class PodName {
public:
    static base::Result<PodName> parse(std::string_view text);
    const std::string& str() const { return text_; }
    auto operator<=>(const PodName&) const = default;

private:
    explicit PodName(std::string text) : text_{std::move(text)} {}
    std::string text_;
};

}  // namespace podd::schema
