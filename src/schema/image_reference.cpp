// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/image_reference.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/app_json.h"
#include "schema/json_node.h"
#include "schema/platform.h"
#include "schema/scalars.h"

namespace podd::schema {

using base::Json;
using base::Result;

namespace {

Result<void> add_label(std::vector<Label>& labels, std::string_view text) {
    const auto equals = text.find('=');
    const auto value = text.substr(equals == std::string_view::npos ? text.size() : equals + 1);
    if (equals == std::string_view::npos) return found_wanted(quoted(text), "LABEL=VALUE");
    if (value.find(':') != std::string_view::npos)
        return found_wanted(quoted(text), "no \":\" after the name's version");
    auto name = TRY(AcIdentifier::parse(text.substr(0, equals)));
    if (name.str() == "name")
        return found_wanted("label \"name\"", "another one: the name stands in front");
    if (label(labels, name.str()))
        return found_wanted(fmt::format("label \"{}\" a second time", name.str()),
                            "each at most once");
    labels.push_back({std::move(name), std::string{value}});
    return {};
}

Result<void> add_labels_of(std::vector<Label>& labels, std::string_view text) {
    while (true) {
        const auto comma = text.find(',');
        TRY(add_label(labels, text.substr(0, comma)));
        if (comma == std::string_view::npos) return {};
        text.remove_prefix(comma + 1);
    }
}

// What manifests demand of a list of labels, of these as well.
Result<std::vector<Label>> checked(const std::vector<Label>& labels) {
    const Json json = to_json(labels);
    return labels_from_json(json);
}

Result<ImageReference> parse_name(std::string_view text) {
    ImageReference reference;
    const auto comma = text.find(',');
    const auto head = text.substr(0, comma);
    const auto colon = head.find(':');
    auto name = TRY(AcIdentifier::parse(head.substr(0, colon)));
    if (colon != std::string_view::npos) {
        const auto version = head.substr(colon + 1);
        if (version.find(':') != std::string_view::npos)
            return found_wanted("more than one \":\"", "NAME:VERSION");
        auto version_name = TRY(AcIdentifier::parse("version"));
        if (!version.empty())
            reference.labels.push_back({std::move(version_name), std::string{version}});
    }
    if (comma != std::string_view::npos)
        TRY(add_labels_of(reference.labels, text.substr(comma + 1)));
    reference.name = std::move(name);
    reference.labels = TRY(checked(reference.labels));
    return reference;
}

}  // namespace

Result<ImageReference> parse_image_reference(std::string_view text) {
    if (text.starts_with("sha512-") || text.starts_with("sha256:")) {
        TRY(check_image_id(text));
        ImageReference reference;
        reference.id = std::string{text};
        return reference;
    }
    return TRY_CONTEXT(parse_name(text), "image {}", quoted(text));
}

Result<std::vector<Label>> parse_labels(std::string_view text) {
    std::vector<Label> labels;
    if (!text.empty()) TRY(add_labels_of(labels, text));
    return checked(labels);
}

std::string str(const ImageReference& reference) {
    if (!reference.name) return reference.id.value_or("");
    std::string text = reference.name->str();
    std::string rest;
    for (const auto& one : reference.labels) {
        if (one.name.str() == "version")
            text += ":" + one.value;
        else
            rest += fmt::format(",{}={}", one.name.str(), one.value);
    }
    return text + rest;
}

}  // namespace podd::schema
