// SPDX-License-Identifier: LGPL-2.1-or-later
// The one JSON seam: text to a checked value and back. Nobody else includes a JSON library.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"

namespace podd::base {

/// What a document may be at most. Source: reference limits of appc manifests (4 MiB, 64 levels).
struct JsonLimits {
    std::size_t max_bytes = std::size_t{4} * 1024 * 1024;
    std::size_t max_depth = 64;
    std::size_t max_values = 200'000;
};

/// One JSON value. Members of an object keep their order, so that writing back changes nothing.
class Json {
public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    Json() = default;                                             // null
    Json(std::nullptr_t) {}                                       // NOLINT: implicit by design
    Json(bool value) : value_{value} {}                           // NOLINT
    Json(int value) : value_{std::int64_t{value}} {}              // NOLINT
    Json(std::int64_t value) : value_{value} {}                   // NOLINT
    Json(std::uint64_t value) : value_{value} {}                  // NOLINT
    Json(double value) : value_{value} {}                         // NOLINT
    Json(std::string value) : value_{std::move(value)} {}         // NOLINT
    Json(std::string_view value) : value_{std::string{value}} {}  // NOLINT
    Json(const char* value) : value_{std::string{value}} {}       // NOLINT
    Json(Array value) : value_{std::move(value)} {}               // NOLINT
    Json(Object value) : value_{std::move(value)} {}              // NOLINT

    /// Strict JSON (RFC 8259), UTF-8 only, no byte order mark. A member that stands twice in one
    /// object is refused. Integers keep 64 bits; what does not fit, and fractions, become double.
    /// Errors: kInvalidArgument with line and column; limits are named.
    static Result<Json> parse(std::string_view text, const JsonLimits& limits = {});

    bool is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
    const bool* as_bool() const { return std::get_if<bool>(&value_); }
    const std::string* as_string() const { return std::get_if<std::string>(&value_); }
    const Array* as_array() const { return std::get_if<Array>(&value_); }
    const Object* as_object() const { return std::get_if<Object>(&value_); }
    Array* as_array() { return std::get_if<Array>(&value_); }
    Object* as_object() { return std::get_if<Object>(&value_); }
    const double* as_double() const { return std::get_if<double>(&value_); }
    /// The number, when it is an integer that fits.
    std::optional<std::int64_t> as_int() const;
    std::optional<std::uint64_t> as_uint() const;
    bool is_number() const;

    /// The member of that exact name; nullptr when this is no object or has none.
    const Json* find(std::string_view name) const;
    /// Appends a member; this must be an object (a null becomes one). Does not look for duplicates.
    void add(std::string name, Json value);
    /// Appends an element; this must be an array (a null becomes one).
    void push_back(Json value);

    /// "null", "boolean", "integer", "number", "string", "array" or "object": for messages.
    std::string_view type_name() const;

    /// Compact text; `indent` > 0 spreads it over lines.
    std::string str(int indent = 0) const;

    bool operator==(const Json&) const = default;

private:
    std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string, Array,
                 Object>
        value_ = nullptr;
};

}  // namespace podd::base
