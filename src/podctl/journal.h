// SPDX-License-Identifier: LGPL-2.1-or-later
// The last log lines of a pod, as journalctl prints them.
#pragma once

#include <string>
#include <vector>

namespace podd::podctl {

/// To standard output; nothing where journalctl cannot be run. `matches` are its options -u.
void print_journal(const std::vector<std::string>& units, unsigned lines);

}  // namespace podd::podctl
