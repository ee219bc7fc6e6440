// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/policy.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace podd::trust {

using base::ConfigFile;
using base::ConfigLine;
using base::ConfigSection;
using base::Result;

namespace {

constexpr std::string_view kFolder = "policy.d";
constexpr std::string_view kSection = "Prefix";

std::optional<Accept> accept_of(std::string_view value) {
    if (value == "none") return Accept::kNone;
    if (value == "pinned") return Accept::kPinned;
    if (value == "signed") return Accept::kSigned;
    if (value == "unsigned") return Accept::kUnsigned;
    return std::nullopt;
}

// "Prefix" alone is found to have an empty prefix.
std::optional<std::string_view> prefix_of(std::string_view section) {
    const auto blank = section.find_first_of(" \t");
    if (section.substr(0, blank) != kSection) return std::nullopt;
    if (blank == std::string_view::npos) return std::string_view{};
    section.remove_prefix(blank);
    section.remove_prefix(std::min(section.find_first_not_of(" \t"), section.size()));
    return section;
}

bool is_name_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view{"-._~/:"}.find(c) != std::string_view::npos;
}

bool has_empty_component(std::string_view name) {
    return name.starts_with('/') || name.ends_with('/') ||
           name.find("//") != std::string_view::npos;
}

// Names that are compared have their registry in front, always: a prefix without one would never
// match, and its author would not know.
bool begins_with_registry(std::string_view name) {
    const auto first = name.substr(0, name.find('/'));
    return first == "localhost" || first.find_first_of(".:") != std::string_view::npos;
}

bool is_prefix(std::string_view prefix) {
    if (prefix.starts_with('/')) return is_place(prefix);
    return !prefix.empty() && std::ranges::all_of(prefix, is_name_byte) &&
           !has_empty_component(prefix) && begins_with_registry(prefix);
}

Result<> read_http(const ConfigFile& file, const ConfigLine& line, std::optional<bool>& http) {
    if (http) return config_error(file, line.line, "found AllowHttp= twice in one section");
    if (line.value != "yes" && line.value != "no")
        return config_error(file, line.line,
                            fmt::format("found AllowHttp={}, wanted yes or no", line.value));
    http = line.value == "yes";
    return {};
}

Result<Accept> accept_in(const ConfigFile& file, const ConfigSection& section,
                         std::optional<bool>& http) {
    std::optional<Accept> accept;
    for (const ConfigLine& line : section.lines) {
        if (line.key == "AllowHttp") {
            TRY(read_http(file, line, http));
            continue;
        }
        if (line.key != "Accept")
            return config_error(file, line.line,
                                fmt::format("found {}=, wanted Accept=", line.key));
        if (accept) return config_error(file, line.line, "found Accept= twice in one section");
        accept = accept_of(line.value);
        if (!accept)
            return config_error(
                file, line.line,
                fmt::format("found Accept={}, wanted signed, unsigned, pinned or none",
                            line.value));
    }
    if (!accept)
        return config_error(file, section.line, "found no Accept= in the section, wanted one");
    return *accept;
}

}  // namespace

bool is_place(std::string_view path) {
    constexpr std::size_t kMaxPath = 4096;
    if (path.size() < 2 || path.size() > kMaxPath || path.front() != '/') return false;
    const bool is_plain = std::ranges::all_of(
        path, [](char c) { return static_cast<unsigned char>(c) >= ' ' && c != 0x7F; });
    while (is_plain && !path.empty()) {
        path.remove_prefix(1);
        const auto component = path.substr(0, path.find('/'));
        if (component.empty() || component == "." || component == "..") return false;
        path.remove_prefix(component.size());
    }
    return is_plain;
}

std::string_view name_in(std::string_view reference) {
    if (reference.starts_with('/')) return reference.substr(0, reference.rfind("@sha256:"));
    return reference.substr(0, reference.find('@'));
}

std::string describe(const Rule& rule) {
    return fmt::format("[{} {}] in \"{}\"", kSection, rule.prefix, rule.path);
}

Result<> Policy::add(const ConfigFile& file, const ConfigSection& section) {
    const auto prefix = prefix_of(section.name);
    if (!prefix)
        return config_error(file, section.line,
                            fmt::format("found section [{}], wanted [Prefix NAME]", section.name));
    if (!is_prefix(*prefix))
        return config_error(
            file, section.line,
            fmt::format("found prefix \"{}\", wanted a name with its registry, such as "
                        "\"docker.io/library\", or a path",
                        *prefix));
    std::optional<bool> http;
    const auto accept = TRY(accept_in(file, section, http));
    if (http && prefix->starts_with('/'))
        return config_error(file, section.line,
                            "found AllowHttp= for a path, wanted it for what comes from afar");
    const auto same = std::ranges::find(rules_, *prefix, &Rule::prefix);
    if (same != rules_.end())
        return config_error(file, section.line,
                            fmt::format("found prefix \"{}\" again, it stands at line {} of \"{}\"",
                                        *prefix, same->line, same->path));
    rules_.push_back({std::string{*prefix}, accept, http.value_or(false), file.path, section.line});
    return {};
}

Result<Policy> Policy::from_files(const std::vector<ConfigFile>& files) {
    Policy policy;
    for (const ConfigFile& file : files)
        for (const ConfigSection& section : file.sections)
            TRY(policy.add(file, section));
    return policy;
}

Result<Policy> Policy::read() {
    const auto files = TRY(base::read_config_files(kFolder));
    return from_files(files);
}

const Rule* Policy::find(std::string_view name) const {
    const Rule* best = nullptr;
    for (const Rule& rule : rules_) {
        if (!name.starts_with(rule.prefix)) continue;
        const auto rest = name.substr(rule.prefix.size());
        if (!rest.empty() && rest.front() != '/') continue;
        if (best == nullptr || rule.prefix.size() > best->prefix.size()) best = &rule;
    }
    return best;
}

Accept Policy::accept(std::string_view name) const {
    const Rule* rule = find(name);
    return rule == nullptr ? Accept::kPinned : rule->accept;
}

bool Policy::allow_http(std::string_view name) const {
    const Rule* rule = find(name);
    return rule != nullptr && rule->allow_http;
}

}  // namespace podd::trust
