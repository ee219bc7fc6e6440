// SPDX-License-Identifier: LGPL-2.1-or-later
// Named values: labels, annotations, isolators.
#include <algorithm>

#include "schema/app_json.h"
#include "schema/isolator_json.h"
#include "schema/platform.h"
#include "schema/scalars.h"

namespace podd::schema {

using base::Json;
using base::Result;

namespace {

template <typename T>
std::string_view name_of(const T& one) {
    return one.name.str();
}

Result<Label> read_label(const JsonNode& node) {
    const JsonNode name_node = TRY(node.member("name"));
    auto name = TRY(read_parsed<AcIdentifier>(name_node));
    if (name.str() == "name") return name_node.refuse("another name: \"name\" is the image's own");
    auto value = TRY(read_text_or_empty(node, "value"));
    return Label{std::move(name), std::move(value)};
}

Result<void> check_platform_labels(const JsonNode& list, const std::vector<Label>& labels) {
    const auto os = label(labels, "os");
    if (!os) return {};  // "arch" means nothing without "os"
    const auto refuse = [&](std::string_view name, std::string_view found,
                            std::string_view wanted) -> base::Error {
        const auto hit = std::find_if(labels.begin(), labels.end(),
                                      [&](const Label& one) { return one.name.str() == name; });
        const JsonNode element = list.element(static_cast<std::size_t>(hit - labels.begin()));
        return element.here(found_wanted(found, wanted));
    };
    if (!is_known_os(*os))
        return refuse("os", "os " + quoted(*os), "\"linux\", \"freebsd\" or \"darwin\"");
    const auto arch = label(labels, "arch");
    if (arch && !is_known_platform(*os, *arch))
        return refuse("arch", "arch " + quoted(*arch),
                      "one of " + known_archs(*os) + ", which appc knows for " + std::string{*os});
    return {};
}

Result<void> check_annotation(const Annotation& annotation) {
    const auto& name = annotation.name.str();
    if (name == "created") return check_date(annotation.value);
    if (name == "homepage" || name == "documentation") return check_web_url(annotation.value);
    return {};
}

Result<Annotation> read_annotation(const JsonNode& node) {
    auto name = TRY(read_member(node, "name", read_parsed<AcIdentifier>));
    auto value = TRY(read_text_or_empty(node, "value"));
    Annotation annotation{std::move(name), std::move(value)};
    if (auto good = check_annotation(annotation); !good) {
        const JsonNode value_node = TRY(node.member("value"));
        return value_node.here(std::move(good).error());
    }
    return annotation;
}

Result<std::vector<Label>> read_label_list(const JsonNode& list) {
    if (const auto* array = list.json().as_array()) TRY(check_length(list, array->size()));
    auto labels = TRY(read_elements(list, read_label));
    TRY(check_unique(list, labels, name_of<Label>, "label"));
    TRY(check_platform_labels(list, labels));
    return labels;
}

Result<Isolator> read_isolator(const JsonNode& node) {
    auto name = TRY(read_member(node, "name", read_parsed<AcIdentifier>));
    const JsonNode value = TRY(node.member("value"));
    if (value.absent()) return value.refuse("a value");
    TRY(read_isolator_value(name.str(), value));
    return Isolator{std::move(name), value.json()};
}

}  // namespace

Result<std::vector<Label>> read_labels(const JsonNode& parent) {
    const JsonNode list = TRY(parent.member("labels"));
    return read_label_list(list);
}

Result<std::vector<Annotation>> read_annotations(const JsonNode& parent) {
    const JsonNode list = TRY(parent.member("annotations"));
    auto annotations = TRY(read_short_list(parent, "annotations", read_annotation));
    TRY(check_unique(list, annotations, name_of<Annotation>, "annotation"));
    return annotations;
}

Result<std::vector<Isolator>> read_isolators(const JsonNode& parent) {
    const JsonNode list = TRY(parent.member("isolators"));
    auto isolators = TRY(read_short_list(parent, "isolators", read_isolator));
    TRY(check_isolator_conflicts(list, isolators));
    return isolators;
}

namespace {

Json write_named(const AcIdentifier& name, const Json& value) {
    return Json{Json::Object{{"name", name.str()}, {"value", value}}};
}

}  // namespace

void add_labels(Json& json, const std::vector<Label>& labels) {
    add_list(json, "labels", labels,
             [](const Label& one) { return write_named(one.name, Json{one.value}); });
}

void add_annotations(Json& json, const std::vector<Annotation>& annotations) {
    add_list(json, "annotations", annotations,
             [](const Annotation& one) { return write_named(one.name, Json{one.value}); });
}

void add_isolators(Json& json, const std::vector<Isolator>& isolators) {
    add_list(json, "isolators", isolators,
             [](const Isolator& one) { return write_named(one.name, one.value); });
}

Result<std::vector<Label>> labels_from_json(const Json& json) {
    const JsonNode list{json};
    return read_label_list(list);
}

Json to_json(const std::vector<Label>& labels) {
    Json json{Json::Array{}};
    for (const auto& one : labels)
        json.push_back(write_named(one.name, Json{one.value}));
    return json;
}

}  // namespace podd::schema
