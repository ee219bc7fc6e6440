// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/discovery_text.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "fetch/page_tags.h"
#include "schema/json_node.h"
#include "schema/platform.h"

namespace podd::fetch {

using base::Result;
using schema::AcIdentifier;
using schema::found_wanted;
using schema::Label;

namespace {

constexpr std::size_t kMaxPlaces = 16;
constexpr std::size_t kMaxTemplates = 16;
constexpr std::size_t kMaxKeys = 16;
constexpr std::string_view kBlanks = " \t\n\f\r";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(kBlanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// The second word of "PREFIX URL" when the first is one of the name; else empty.
std::string_view value_for(std::string_view name, std::string_view content) {
    content = trimmed(content);
    const auto prefix = content.substr(0, content.find_first_of(kBlanks));
    if (prefix.empty() || !name.starts_with(prefix)) return {};
    return trimmed(content.substr(prefix.size()));
}

Result<> add(std::vector<std::string>& list, std::string_view value, std::size_t most,
             std::string_view what) {
    if (value.empty() || std::find(list.begin(), list.end(), value) != list.end()) return {};
    if (list.size() == most)
        return found_wanted(fmt::format("more tags \"{}\"", what), fmt::format("at most {}", most));
    list.emplace_back(value);
    return {};
}

std::string escaped(std::string_view value) {
    constexpr std::string_view kPlain = "-._~/:+@";
    std::string out;
    for (const char c : value) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') || kPlain.find(c) != std::string_view::npos;
        out += plain ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::optional<std::string> value_of(std::string_view variable, const AcIdentifier& name,
                                    const std::vector<Label>& labels, std::string_view extension) {
    if (variable == "name") return name.str();
    if (variable == "ext") return std::string{extension};
    const auto found = schema::label(labels, variable);
    if (variable == "version" && (!found || found->empty())) return "latest";
    if (!found) return std::nullopt;
    return escaped(*found);
}

void add_label(std::vector<Label>& labels, std::string_view name, std::string_view value) {
    auto parsed = AcIdentifier::parse(name);
    if (parsed && !schema::label(labels, name))
        labels.push_back({std::move(*parsed), std::string{value}});
}

}  // namespace

Result<std::vector<std::string>> discovery_places(const AcIdentifier& name) {
    std::vector<std::string> places{name.str()};
    for (auto slash = name.str().rfind('/'); slash != std::string::npos;
         slash = places.back().rfind('/')) {
        if (places.size() == kMaxPlaces)
            return found_wanted(fmt::format("{} with more components", schema::quoted(name.str())),
                                fmt::format("at most {}", kMaxPlaces));
        places.push_back(name.str().substr(0, slash));
    }
    return places;
}

Result<Discovered> read_discovery_page(std::string_view page, std::string_view name) {
    Discovered found;
    for (const auto& tag : TRY(meta_tags(page))) {
        const auto value = value_for(name, tag.content);
        if (tag.name == "ac-discovery")
            TRY(add(found.templates, value, kMaxTemplates, tag.name));
        else if (tag.name == "ac-discovery-pubkeys")
            TRY(add(found.keys, value, kMaxKeys, tag.name));
    }
    return found;
}

std::optional<std::string> render_template(std::string_view text, const AcIdentifier& name,
                                           const std::vector<Label>& labels,
                                           std::string_view extension) {
    std::string url;
    bool has_extension = false;
    while (!text.empty()) {
        const auto open = std::min(text.find('{'), text.size());
        url += text.substr(0, open);
        text.remove_prefix(open);
        if (text.empty()) break;
        const auto close = text.find('}');
        if (close == std::string_view::npos) return std::nullopt;
        const auto variable = text.substr(1, close - 1);
        const auto value = value_of(variable, name, labels, extension);
        if (!value) return std::nullopt;
        has_extension = has_extension || variable == "ext";
        url += *value;
        text.remove_prefix(close + 1);
    }
    if (!has_extension) return std::nullopt;
    return url;
}

std::vector<Label> with_host_labels(std::vector<Label> labels, std::string_view machine) {
    add_label(labels, "os", "linux");
    if (const auto arch = schema::arch_of_machine(machine)) add_label(labels, "arch", *arch);
    return labels;
}

}  // namespace podd::fetch
