// SPDX-License-Identifier: LGPL-2.1-or-later
// Reading and writing what image and pod manifests share: labels, annotations, isolators, the app.
#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "schema/app.h"
#include "schema/json_node.h"

namespace podd::schema {

// Readers take the object that holds the member. Errors: kInvalidArgument, JSON pointer first.
base::Result<std::vector<Label>> read_labels(const JsonNode& parent);
base::Result<std::vector<Annotation>> read_annotations(const JsonNode& parent);
base::Result<std::vector<Isolator>> read_isolators(const JsonNode& parent);
base::Result<StringMap> read_string_map(const JsonNode& parent, std::string_view name);
base::Result<std::vector<std::string>> read_texts(const JsonNode& parent, std::string_view name);

// Readers of the value itself.
base::Result<Port> read_port(const JsonNode& node);
base::Result<App> read_app(const JsonNode& node);
/// "acKind" and "acVersion" of a manifest; the version.
base::Result<std::string> read_kind_and_version(const JsonNode& node, std::string_view kind);
base::Result<std::string> read_text_or_empty(const JsonNode& parent, std::string_view name);
/// A flag that is false when absent.
base::Result<bool> read_flag(const JsonNode& parent, std::string_view name);

base::Json write_port(const Port& port);
base::Json write_app(const App& app);
base::Json write_texts(const std::vector<std::string>& texts);

// Add the member, unless the list is empty.
void add_labels(base::Json& json, const std::vector<Label>& labels);
void add_annotations(base::Json& json, const std::vector<Annotation>& annotations);
void add_isolators(base::Json& json, const std::vector<Isolator>& isolators);
void add_string_map(base::Json& json, std::string_view name, const StringMap& map);

/// Adds a member with one element for each of `list`, unless it is empty.
template <typename T, typename Write>
void add_list(base::Json& json, std::string_view name, const std::vector<T>& list, Write write) {
    if (list.empty()) return;
    base::Json::Array array;
    array.reserve(list.size());
    for (const auto& one : list)
        array.push_back(write(one));
    json.add(std::string{name}, base::Json{std::move(array)});
}

}  // namespace podd::schema
