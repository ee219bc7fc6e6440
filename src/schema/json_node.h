// SPDX-License-Identifier: LGPL-2.1-or-later
// A JSON value that knows its place in the document, so that every refusal can name it.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace podd::schema {

/// `text` in double quotes for a message: control characters escaped, cut after about 100 bytes.
std::string quoted(std::string_view text);

/// kInvalidArgument "found <found>, wanted <wanted>": the one shape of a refusal in this room.
base::Error found_wanted(std::string_view found, std::string_view wanted,
                         base::Where where = base::Where::here());

/// Borrows the value and its parent node; both must live longer.
class JsonNode {
public:
    explicit JsonNode(const base::Json& root) : json_{&root} {}

    /// Not there at all, or null: appc reads both alike.
    bool absent() const { return json_ == nullptr || json_->is_null(); }
    /// The value itself; null when there is none.
    const base::Json& json() const;
    /// RFC 6901, "/apps/0/name"; "top level" for the whole document.
    std::string pointer() const;

    /// The member of that name, upper and lower case alike, or an absent node.
    /// Errors: kInvalidArgument when this is no object, or has the member in two spellings.
    base::Result<JsonNode> member(std::string_view name) const&;
    base::Result<JsonNode> member(std::string_view name) && = delete;
    JsonNode element(std::size_t index) const&;
    JsonNode element(std::size_t index) && = delete;
    /// One of the members of object().
    JsonNode child(const base::Json::Member& member) const&;

    /// Errors of all: kInvalidArgument "POINTER: found X, wanted Y".
    base::Result<const base::Json::Object*> object() const;
    base::Result<const base::Json::Array*> array() const;
    /// No NUL characters: they would end the string early wherever C reads it.
    base::Result<std::string> text(std::string_view wanted = "a string") const;
    base::Result<bool> boolean() const;
    base::Result<std::uint64_t> natural(std::uint64_t least, std::uint64_t most) const;

    base::Error refuse(std::string_view wanted, base::Where where = base::Where::here()) const;
    /// Puts the pointer in front of an error about this value.
    base::Error here(base::Error error) const;

private:
    JsonNode(const base::Json* json, const JsonNode* parent, std::string_view name,
             std::size_t index)
        : json_{json}, parent_{parent}, name_{name}, index_{index} {}
    void append_pointer(std::string& out) const;
    std::string describe() const;

    const base::Json* json_;
    const JsonNode* parent_ = nullptr;
    std::string_view name_;  // empty for an element of an array
    std::size_t index_ = 0;
};

template <typename Read>
using ReadValue = std::remove_cvref_t<
    decltype(std::declval<std::invoke_result_t<Read, const JsonNode&>&>().value())>;

/// Every element of an array through `read`; an absent node is an empty list.
template <typename Read>
base::Result<std::vector<ReadValue<Read>>> read_elements(const JsonNode& node, Read read) {
    std::vector<ReadValue<Read>> list;
    if (node.absent()) return list;
    const auto* array = TRY(node.array());
    list.reserve(array->size());
    for (std::size_t index = 0; index < array->size(); ++index)
        list.push_back(TRY(read(node.element(index))));
    return list;
}

/// The same, of a member.
template <typename Read>
base::Result<std::vector<ReadValue<Read>>> read_list(const JsonNode& parent, std::string_view name,
                                                     Read read) {
    const JsonNode node = TRY(parent.member(name));
    return read_elements(node, read);
}

/// A member through `read`, absent or not: `read` decides.
template <typename Read>
base::Result<ReadValue<Read>> read_member(const JsonNode& parent, std::string_view name,
                                          Read read) {
    const JsonNode node = TRY(parent.member(name));
    return read(node);
}

/// A member through `read`; an empty optional when it is absent.
template <typename Read>
base::Result<std::optional<ReadValue<Read>>> read_optional(const JsonNode& parent,
                                                           std::string_view name, Read read) {
    const JsonNode node = TRY(parent.member(name));
    if (node.absent()) return std::optional<ReadValue<Read>>{};
    auto value = TRY(read(node));
    return std::optional<ReadValue<Read>>{std::move(value)};
}

/// A text that a type's own parse() checks: AcName, AcIdentifier.
template <typename Type>
base::Result<Type> read_parsed(const JsonNode& node) {
    const std::string text = TRY(node.text());
    auto value = Type::parse(text);
    if (!value) return node.here(std::move(value).error());
    return value;
}

/// A text that a check function accepts.
template <typename Check>
auto checked_text(Check check) {
    return [check](const JsonNode& node) -> base::Result<std::string> {
        std::string text = TRY(node.text());
        auto answer = check(text);
        if (!answer) return node.here(std::move(answer).error());
        return text;
    };
}

/// Lists that somebody compares element by element are kept short: manifests are read before
/// anybody was asked whether the sender may.
inline constexpr std::size_t kMaxElements = 1000;
base::Result<void> check_length(const JsonNode& list_node, std::size_t length,
                                std::size_t most = kMaxElements);

/// The same as read_list(), and check_length().
template <typename Read>
base::Result<std::vector<ReadValue<Read>>> read_short_list(const JsonNode& parent,
                                                           std::string_view name, Read read) {
    const JsonNode node = TRY(parent.member(name));
    if (const auto* array = node.json().as_array()) TRY(check_length(node, array->size()));
    return read_elements(node, read);
}

/// Refuses a list in which `key` (element → std::string_view) gives the same text twice; the error
/// names the second element.
template <typename T, typename Key>
base::Result<void> check_unique(const JsonNode& list_node, const std::vector<T>& list, Key key,
                                std::string_view what) {
    std::set<std::string_view> seen;
    for (std::size_t index = 0; list.size() > 1 && index < list.size(); ++index) {
        const std::string_view text = key(list[index]);
        if (!seen.insert(text).second)
            return list_node.element(index).here(found_wanted(
                std::string{what} + " " + quoted(text) + " a second time", "each at most once"));
    }
    return {};
}

}  // namespace podd::schema
