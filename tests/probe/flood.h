// SPDX-License-Identifier: LGPL-2.1-or-later
// What an app does that takes all there is, and what looks at all processes of the host, as verbs
// of the probe.
//
// probe flood descriptors: open files until there are no more, print how many, and keep them
//
// probe flood mounts: mount until there is no room, print how many times the mounts were doubled,
// and keep them
//
// probe scan FILE: look for its text in command lines and variables of all processes, for ever;
// print where it is, and the names of the processes that were looked at
#pragma once

#include <optional>
#include <string>

namespace probe {

/// The status that the probe ends with; empty: no such verb. `argument` may be null.
std::optional<int> flood(const std::string& verb, const char* argument);

}  // namespace probe
