// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/json.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace podd::base {

namespace {

struct Position {
    std::size_t line;
    std::size_t column;
};

Position position_of(std::string_view text, std::size_t offset) {
    const auto before = text.substr(0, std::min(offset, text.size()));
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
    const auto last_newline = before.rfind('\n');
    const auto start = last_newline == std::string_view::npos ? 0 : last_newline + 1;
    return {line + 1, before.size() - start + 1};
}

// Builds the value from parser events, so that limits bite while reading and nothing is lost.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit Builder(const JsonLimits& limits) : limits_{limits} {}

    bool null() override { return put(Json{}); }
    bool boolean(bool value) override { return put(Json{value}); }
    bool number_integer(number_integer_t value) override { return put(Json{std::int64_t{value}}); }
    bool number_unsigned(number_unsigned_t value) override {
        if (value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return put(Json{static_cast<std::int64_t>(value)});
        return put(Json{std::uint64_t{value}});
    }
    bool number_float(number_float_t value, const string_t&) override { return put(Json{value}); }
    bool string(string_t& value) override { return put(Json{std::move(value)}); }
    bool binary(binary_t&) override { return refuse("binary data is not JSON"); }
    bool start_object(std::size_t) override { return open(Json{Json::Object{}}); }
    bool start_array(std::size_t) override { return open(Json{Json::Array{}}); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override {
        if (stands_already(name))
            return refuse(fmt::format("member {} stands twice in one object",
                                      Json{name.substr(0, 100)}.str()));
        keys_.back() = std::move(name);
        return true;
    }
    bool parse_error(std::size_t offset, const std::string&,
                     const nlohmann::detail::exception& error) override {
        offset_ = offset == 0 ? 0 : offset - 1;
        // The library's text is "[json.exception…] parse error at line 1, column 2: REASON".
        const std::string_view what = error.what();
        const auto reason = what.find(": ");
        return refuse(
            std::string{reason == std::string_view::npos ? what : what.substr(reason + 2)});
    }

    Json take() { return std::move(root_); }
    const std::string& problem() const { return problem_; }
    std::optional<std::size_t> offset() const { return offset_; }

private:
    bool refuse(std::string problem) {
        if (problem_.empty()) problem_ = std::move(problem);
        return false;
    }
    // Returns where the value now lives; null when a limit was passed.
    Json* place(Json value) {
        if (++values_ > limits_.max_values) {
            (void)refuse(fmt::format("more than {} values", limits_.max_values));
            return nullptr;
        }
        if (open_.empty()) {
            root_ = std::move(value);
            return &root_;
        }
        if (auto* array = open_.back()->as_array()) return &array->emplace_back(std::move(value));
        auto* object = open_.back()->as_object();
        return &object->emplace_back(std::move(keys_.back()), std::move(value)).second;
    }
    // Small objects are searched; of big ones the names are kept, or a hostile one would take
    // minutes.
    bool stands_already(const std::string& name) {
        constexpr std::size_t kBig = 32;
        const auto& members = *open_.back()->as_object();
        if (members.size() < kBig) return open_.back()->find(name) != nullptr;
        auto& names = names_.back();
        if (names.empty())
            for (const auto& member : members)
                names.insert(member.first);
        return !names.insert(name).second;
    }
    bool put(Json value) { return place(std::move(value)) != nullptr; }
    bool open(Json value) {
        if (open_.size() >= limits_.max_depth)
            return refuse(fmt::format("nested more than {} levels deep", limits_.max_depth));
        Json* placed = place(std::move(value));
        if (placed == nullptr) return false;
        // Stable while it is open: its parent grows only after it was closed.
        open_.push_back(placed);
        keys_.emplace_back();
        names_.emplace_back();
        return true;
    }
    bool close() {
        open_.pop_back();
        keys_.pop_back();
        names_.pop_back();
        return true;
    }

    const JsonLimits& limits_;
    Json root_;
    std::vector<Json*> open_;
    std::vector<std::string> keys_;
    std::vector<std::unordered_set<std::string>> names_;
    std::size_t values_ = 0;
    std::string problem_;
    std::optional<std::size_t> offset_;
};

}  // namespace

Result<Json> Json::parse(std::string_view text, const JsonLimits& limits) {
    if (text.size() > limits.max_bytes)
        return Error{
            ErrorCode::kInvalidArgument,
            fmt::format("{} bytes of JSON, at most {} are read", text.size(), limits.max_bytes)};
    if (text.starts_with("\xEF\xBB\xBF"))
        return Error{ErrorCode::kInvalidArgument,
                     "line 1, column 1: a byte order mark is not JSON"};
    // The library takes a NUL for the end and never looks at what comes after it.
    if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
        const auto at = position_of(text, nul);
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("line {}, column {}: a NUL is not JSON", at.line, at.column)};
    }
    Builder builder{limits};
    if (nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) return builder.take();
    if (const auto offset = builder.offset()) {
        const auto at = position_of(text, *offset);
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("line {}, column {}: {}", at.line, at.column, builder.problem())};
    }
    return Error{ErrorCode::kInvalidArgument, builder.problem()};
}

std::optional<std::int64_t> Json::as_int() const {
    if (const auto* value = std::get_if<std::int64_t>(&value_)) return *value;
    return std::nullopt;
}

std::optional<std::uint64_t> Json::as_uint() const {
    if (const auto* value = std::get_if<std::uint64_t>(&value_)) return *value;
    const auto* value = std::get_if<std::int64_t>(&value_);
    if (value == nullptr || *value < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
}

bool Json::is_number() const {
    return std::holds_alternative<std::int64_t>(value_) ||
           std::holds_alternative<std::uint64_t>(value_) || std::holds_alternative<double>(value_);
}

const Json* Json::find(std::string_view name) const {
    const auto* object = as_object();
    if (object == nullptr) return nullptr;
    const auto hit = std::find_if(object->begin(), object->end(),
                                  [&](const Member& member) { return member.first == name; });
    return hit == object->end() ? nullptr : &hit->second;
}

void Json::add(std::string name, Json value) {
    if (is_null()) value_ = Object{};
    auto* object = as_object();
    assert(object != nullptr);
    object->emplace_back(std::move(name), std::move(value));
}

void Json::push_back(Json value) {
    if (is_null()) value_ = Array{};
    auto* array = as_array();
    assert(array != nullptr);
    array->push_back(std::move(value));
}

std::string_view Json::type_name() const {
    struct Name {
        std::string_view operator()(std::nullptr_t) const { return "null"; }
        std::string_view operator()(bool) const { return "boolean"; }
        std::string_view operator()(std::int64_t) const { return "integer"; }
        std::string_view operator()(std::uint64_t) const { return "integer"; }
        std::string_view operator()(double) const { return "number"; }
        std::string_view operator()(const std::string&) const { return "string"; }
        std::string_view operator()(const Array&) const { return "array"; }
        std::string_view operator()(const Object&) const { return "object"; }
    };
    return std::visit(Name{}, value_);
}

}  // namespace podd::base
