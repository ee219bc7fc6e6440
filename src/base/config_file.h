// SPDX-License-Identifier: LGPL-2.1-or-later
// Configuration files of the administrator, in the syntax of systemd's own: sections of KEY=VALUE
// lines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::base {

struct ConfigLine {
    std::string key;
    std::string value;     // without the blanks around it; a quoted text keeps its quotes
    std::size_t line = 0;  // where it begins, from 1
    bool operator==(const ConfigLine&) const = default;
};

/// "[Prefix docker.io/library]" is called "Prefix docker.io/library". A section that is begun again
/// is one more of that name.
struct ConfigSection {
    std::string name;
    std::size_t line = 0;
    std::vector<ConfigLine> lines;
    bool operator==(const ConfigSection&) const = default;
};

/// Comments begin with "#" or ";"; a backslash at the end of a line goes on with the next one and
/// stands for a blank. Errors: kInvalidArgument, "line 3: found …, wanted …".
/// Source: systemd.syntax(7).
Result<std::vector<ConfigSection>> parse_config(std::string_view text);

struct ConfigFile {
    std::string path;
    std::vector<ConfigSection> sections;
};

/// All NAME.conf of NAME/ and its likes, highest precedence of one file name first, in the order of
/// their names: /etc/podd/`folder`, /run/podd/`folder`, /usr/lib/podd/`folder`. An empty file or a
/// link to /dev/null masks those of its name. Directories that do not exist are empty.
/// Errors: that of the first broken file or unreadable directory, path first; kDenied for a file
/// that not only root may write.
Result<std::vector<ConfigFile>> read_config_files(std::string_view folder);
/// The same, in these directories.
Result<std::vector<ConfigFile>> read_config_files(const std::vector<std::string>& directories);

/// One main file with its parts: `name` in /etc/podd, /run/podd or /usr/lib/podd, the first that is
/// there, then read_config_files("NAME.d"). Errors: as read_config_files().
Result<std::vector<ConfigFile>> read_config_with_parts(const std::string& name);

/// The paths of the files that count, one for each name, in the order of the names; what an ending
/// of `endings` has is a file of this kind. Directories as above, and their errors.
Result<std::vector<std::string>> list_config_files(const std::vector<std::string>& directories,
                                                   const std::vector<std::string>& endings);
/// One of them, whatever is in it; nothing where it masks those of its name. Errors: as
/// read_config_files(), without the path.
Result<std::optional<std::string>> read_config_text(const std::string& path);

/// '"PATH": line N: …': how every complaint about such a file begins.
Error config_error(const ConfigFile& file, std::size_t line, std::string message);

}  // namespace podd::base
