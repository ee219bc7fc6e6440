// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/registries.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "fetch/url.h"
#include "schema/docker_reference.h"
#include "schema/json_node.h"
#include "schema/scalars.h"

namespace podd::fetch {

using base::ConfigFile;
using base::ConfigLine;
using base::ConfigSection;
using base::Result;
using schema::found_wanted;
using schema::quoted;

namespace {

constexpr std::string_view kSection = "Registry ";

// As systemd reads them.
std::optional<bool> boolean(std::string_view text) {
    for (const std::string_view word : {"yes", "true", "on", "1", "y", "t"})
        if (text == word) return true;
    for (const std::string_view word : {"no", "false", "off", "0", "n", "f"})
        if (text == word) return false;
    return std::nullopt;
}

Result<Mirror> parse_mirror(std::string_view text) {
    const auto slash = std::min(text.find('/'), text.size());
    Mirror mirror{.host = std::string{text.substr(0, slash)}};
    TRY(schema::check_registry(mirror.host));
    if (slash < text.size()) {
        mirror.path = text.substr(slash + 1);
        TRY(schema::check_repository(mirror.path));
    }
    return mirror;
}

// Blanks between several; an empty value takes back what was said before.
Result<> add_mirrors(RegistrySettings& settings, std::string_view text) {
    if (text.empty()) settings.mirrors.clear();
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of(" \t"), text.size());
        settings.mirrors.push_back(TRY(parse_mirror(text.substr(0, end))));
        text.remove_prefix(std::min(text.find_first_not_of(" \t", end), text.size()));
    }
    return {};
}

// Paths are put behind it. Whether it may be http is known when all files are read.
Result<std::string> lookaside_of(std::string_view text) {
    while (text.ends_with('/'))
        text.remove_suffix(1);
    if (text.empty()) return std::string{};
    TRY(parse_url(text));
    if (text.find_first_of("?#") != std::string_view::npos)
        return found_wanted(quoted(text), "an address without \"?\" and \"#\"");
    return std::string{text};
}

// Folders of which the fetcher's unit has others, or none, see daemon/worker_service.cpp: a file
// there would be said to be missing although everybody else sees it.
Result<std::string> ca_file_of(std::string_view path) {
    if (path.empty()) return std::string{};
    TRY(schema::check_path(path));
    for (const std::string_view folder :
         {"/tmp", "/var/tmp", "/home", "/root", "/run/user", "/dev"})
        if (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'))
            return found_wanted(fmt::format("a file in {}, which the fetcher does not see", folder),
                                "one elsewhere, such as in /etc/ssl");
    return std::string{path};
}

Result<> set(RegistrySettings& settings, const ConfigLine& line) {
    if (line.key == "Mirror") return add_mirrors(settings, line.value);
    if (line.key == "Insecure") {
        const auto value = boolean(line.value);
        if (!value) return found_wanted(quoted(line.value), "yes or no");
        settings.insecure = *value;
        return {};
    }
    if (line.key == "CAFile") {
        settings.ca_file = TRY(ca_file_of(line.value));
        return {};
    }
    if (line.key == "Lookaside") {
        settings.lookaside = TRY(lookaside_of(line.value));
        return {};
    }
    if (line.key == "Proxy") {
        settings.proxy.reset();
        if (line.value == "none") settings.proxy = "";
        if (!line.value.empty() && line.value != "none")
            settings.proxy = TRY(parse_proxy(line.value));
        return {};
    }
    return found_wanted(fmt::format("{}=", line.key),
                        "Mirror=, Lookaside=, Insecure=, CAFile= or Proxy=");
}

Result<std::string> registry_of(const ConfigSection& section) {
    const auto wanted = "\"[Registry HOST]\" or \"[Registry HOST:PORT]\"";
    if (!section.name.starts_with(kSection))
        return found_wanted(fmt::format("\"[{}]\"", section.name), wanted);
    auto name = std::string_view{section.name}.substr(kSection.size());
    name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
    TRY(schema::check_registry(name));
    return schema::canonical_registry(name);
}

}  // namespace

Result<Registries> Registries::parse(const std::vector<ConfigFile>& files) {
    Registries registries;
    for (const auto& file : files)
        for (const auto& section : file.sections) {
            const auto name = registry_of(section);
            if (!name) return base::config_error(file, section.line, name.error().message());
            auto& settings = registries.settings_[*name];
            for (const auto& line : section.lines)
                if (const auto done = set(settings, line); !done)
                    return base::config_error(
                        file, line.line, fmt::format("{}=: {}", line.key, done.error().message()));
        }
    return registries;
}

const RegistrySettings& Registries::of(std::string_view host) const {
    static const RegistrySettings defaults;
    auto at = settings_.find(schema::canonical_registry(host));
    const auto colon = host.rfind(':');
    if (at == settings_.end() && colon != std::string_view::npos &&
        host.find(']', colon) == std::string_view::npos)
        at = settings_.find(schema::canonical_registry(host.substr(0, colon)));
    return at == settings_.end() ? defaults : at->second;
}

}  // namespace podd::fetch
