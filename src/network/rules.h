// SPDX-License-Identifier: LGPL-2.1-or-later
// The table "podd" of nftables as text; pure. One base chain for each hook, and pods are elements
// of sets and maps: what a packet costs does not grow with their number. Source: nft(8).
#pragma once

#include <string>

#include "network/connection.h"
#include "network/settings.h"

namespace podd::network {

/// Fails where the table is not there, or is that of other settings or of another version of podd.
std::string probe(const Settings& settings);

/// Takes the table away if it is there, in one transaction with what comes behind.
inline constexpr const char* kRemoveTable = "table inet podd\ndelete table inet podd\n";

/// The whole table, without pods.
std::string table(const Settings& settings);

/// What one pod adds to it.
std::string add_elements(const Connection& connection);
/// Fails where anything of that is not there.
std::string get_elements(const Connection& connection);
/// Takes that away again, whether it is there or not: nft of Debian 12 has no "destroy". Another
/// pod must not have its ports by now.
std::string remove_elements(const Connection& connection);

}  // namespace podd::network
