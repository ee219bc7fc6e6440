// SPDX-License-Identifier: LGPL-2.1-or-later
// Ways out of a pod that tests let an app try, as verbs of the probe.
//
// probe setuid FOLDER: make setuid files there in every way there is, and print how each went
//
// probe capability FILE: give it one; probe capability-of FILE: print whether it has one
//
// probe capabilities: print the effective ones
//
// probe foreign-calls: do system calls by the tables of other architectures
//
// probe cgroups: mount cgroups, and try to change what is there
//
// probe abstract NAME: connect to that socket
//
// probe swap FOLDER: exchange "real" and "link" in it, for ever
//
// probe writable: print which of the kernel's files could be written to
#pragma once

#include <optional>
#include <string>

namespace probe {

/// The status that the probe ends with; empty: no such verb. `argument` may be null.
std::optional<int> escape(const std::string& verb, const char* argument);

}  // namespace probe
