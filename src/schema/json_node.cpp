// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/json_node.h"

#include <algorithm>

#include <fmt/format.h>

namespace podd::schema {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

constexpr std::size_t kQuotedBytes = 100;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::string quoted(std::string_view text) {
    std::size_t end = std::min(text.size(), kQuotedBytes);
    // Not in the middle of a UTF-8 sequence.
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        --end;
    std::string out = Json{text.substr(0, end)}.str();
    if (end < text.size()) out += "…";
    return out;
}

Error found_wanted(std::string_view found, std::string_view wanted, base::Where where) {
    return Error{ErrorCode::kInvalidArgument, fmt::format("found {}, wanted {}", found, wanted), 0,
                 where};
}

const Json& JsonNode::json() const {
    static const Json nothing;
    return json_ == nullptr ? nothing : *json_;
}

void JsonNode::append_pointer(std::string& out) const {
    if (parent_ == nullptr) return;
    parent_->append_pointer(out);
    out += '/';
    if (name_.data() == nullptr) {
        out += fmt::format("{}", index_);
        return;
    }
    for (const char c : name_) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));  // ends up in logs
        else
            out += c;
    }
}

std::string JsonNode::pointer() const {
    std::string out;
    append_pointer(out);
    return out.empty() ? "top level" : out;
}

Result<JsonNode> JsonNode::member(std::string_view name) const& {
    const auto* members = TRY(object());
    const Json::Member* hit = nullptr;
    for (const auto& member : *members) {
        if (!same_name(member.first, name)) continue;
        if (hit != nullptr)
            return here(Error{ErrorCode::kInvalidArgument,
                              fmt::format("found both \"{}\" and \"{}\", wanted one of them",
                                          hit->first, member.first)});
        hit = &member;
    }
    if (hit == nullptr) return JsonNode{nullptr, this, name, 0};
    return JsonNode{&hit->second, this, hit->first, 0};
}

JsonNode JsonNode::element(std::size_t index) const& {
    const auto* array = json().as_array();
    const bool there = array != nullptr && index < array->size();
    return JsonNode{there ? &(*array)[index] : nullptr, this, {}, index};
}

JsonNode JsonNode::child(const Json::Member& member) const& {
    return JsonNode{&member.second, this, member.first, 0};
}

Result<const Json::Object*> JsonNode::object() const {
    const auto* members = json().as_object();
    if (members == nullptr) return refuse("an object");
    return members;
}

Result<const Json::Array*> JsonNode::array() const {
    const auto* elements = json().as_array();
    if (elements == nullptr) return refuse("an array");
    return elements;
}

Result<std::string> JsonNode::text(std::string_view wanted) const {
    const auto* text = json().as_string();
    if (text == nullptr) return refuse(wanted);
    if (text->find('\0') != std::string::npos) return refuse("a string without NUL characters");
    return *text;
}

Result<bool> JsonNode::boolean() const {
    const auto* flag = json().as_bool();
    if (flag == nullptr) return refuse("true or false");
    return *flag;
}

Result<std::uint64_t> JsonNode::natural(std::uint64_t least, std::uint64_t most) const {
    const auto number = json().as_uint();
    if (!number || *number < least || *number > most)
        return refuse(fmt::format("an integer from {} to {}", least, most));
    return *number;
}

std::string JsonNode::describe() const {
    if (json_ == nullptr) return "nothing";
    if (const auto* text = json_->as_string()) return quoted(*text);
    if (json_->as_array() != nullptr) return "an array";
    if (json_->as_object() != nullptr) return "an object";
    return json_->str();
}

Error JsonNode::refuse(std::string_view wanted, base::Where where) const {
    return here(found_wanted(describe(), wanted, where));
}

Error JsonNode::here(Error error) const {
    return std::move(error).with_context(pointer());
}

Result<void> check_length(const JsonNode& list_node, std::size_t length, std::size_t most) {
    if (length <= most) return {};
    return list_node.here(
        found_wanted(fmt::format("{} elements", length), fmt::format("at most {}", most)));
}

}  // namespace podd::schema
