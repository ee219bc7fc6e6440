// SPDX-License-Identifier: LGPL-2.1-or-later
// What the administrator says of the network "default"; [Network] in network.conf and its likes.
// Source: podd.network(5).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/config_file.h"
#include "base/json.h"
#include "base/result.h"
#include "network/address.h"

namespace podd::network {

struct Settings {
    Pool pool{};
    bool masquerade = true;  // what leaves the host has the host's address as its sender
    // What follows is recorded nowhere: the first and the last hold for pods that start from now
    // on, the servers for all.
    std::uint32_t mtu = 0;               // of both ends of links; 0: the kernel's default
    std::vector<std::string> servers{};  // whom podd-resolve.service asks; empty: the host's
    std::vector<std::string> domains{};  // search domains of pods; empty: the host's
    bool operator==(const Settings&) const = default;
};

/// network.conf and its parts: what read_settings() and read_cni_settings() look at. Errors: also
/// kInvalidArgument for a section that neither of them knows.
base::Result<std::vector<base::ConfigFile>> read_settings_files();

/// What is said last counts; an empty value stands for that of `default_pool`, which is the pool
/// where nothing is said. Errors: kInvalidArgument, with file and line.
base::Result<Settings> parse_settings(const std::vector<base::ConfigFile>& files,
                                      const Pool& default_pool);

/// Those of this host. Errors: also those of read_settings_files().
base::Result<Settings> read_settings(const Pool& default_pool);

/// Of what all pods that are connected must agree on.
base::Json to_json(const Settings& settings);
/// Errors: kCorrupt: these are our own.
base::Result<Settings> settings_from_json(const base::Json& json);

}  // namespace podd::network
