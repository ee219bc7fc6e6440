// SPDX-License-Identifier: LGPL-2.1-or-later
// Small files and links, as text; empty where there is none.
#pragma once

#include <string>
#include <vector>

namespace probe {

std::string read_link(const std::string& path);

/// At most 128 KiB.
std::string read_text(const std::string& path);

/// What is in a folder, sorted; nothing that begins with a dot.
std::vector<std::string> names_in(const std::string& path);

/// The value of "NAME:" in /proc/self/status.
std::string own_status(const std::string& name);

}  // namespace probe
