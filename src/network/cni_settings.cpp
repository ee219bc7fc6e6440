// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/config_file.h"
#include "base/number.h"
#include "network/cni_files.h"
#include "network/settings.h"

namespace podd::network {

using base::ConfigFile;
using base::ConfigLine;
using base::Result;

namespace {

constexpr std::string_view kSection = "CNI";
constexpr std::uint32_t kMaxTimeoutSec = 3600;

bool is_folder(std::string_view path) {
    return path.starts_with('/') && path.find("/../") == std::string_view::npos &&
           path.find(':') == std::string_view::npos;
}

// Blanks between them; an empty list begins a new one, as with systemd's own.
Result<> add_folders(const ConfigFile& file, const ConfigLine& line,
                     std::vector<std::string>& folders) {
    std::string_view rest = line.value;
    if (rest.empty()) folders.clear();
    while (!rest.empty()) {
        const auto word = rest.substr(0, rest.find_first_of(" \t"));
        rest.remove_prefix(word.size());
        rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
        if (!is_folder(word))
            return config_error(
                file, line.line,
                fmt::format("found \"{}\", wanted the absolute path of a folder without "
                            "\":\"",
                            word));
        if (std::find(folders.begin(), folders.end(), word) == folders.end())
            folders.emplace_back(word);
    }
    return {};
}

Result<> apply(const ConfigFile& file, const ConfigLine& line, CniSettings& settings) {
    if (line.key == "PluginFolders") return add_folders(file, line, settings.plugin_folders);
    if (line.key != "PluginTimeoutSec")
        return config_error(
            file, line.line,
            fmt::format("found {}=, wanted PluginFolders= or PluginTimeoutSec=", line.key));
    const auto seconds = base::parse_number<std::uint32_t>(line.value);
    if (!seconds || *seconds == 0 || *seconds > kMaxTimeoutSec)
        return config_error(file, line.line,
                            fmt::format("found PluginTimeoutSec={}, wanted seconds from 1 to {}",
                                        line.value, kMaxTimeoutSec));
    settings.plugin_timeout_sec = *seconds;
    return {};
}

}  // namespace

Result<CniSettings> read_cni_settings() {
    CniSettings settings;
    for (const auto& file : TRY(read_settings_files()))
        for (const auto& section : file.sections) {
            if (section.name != kSection) continue;
            for (const auto& line : section.lines)
                TRY(apply(file, line, settings));
        }
    return settings;
}

}  // namespace podd::network
