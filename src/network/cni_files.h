// SPDX-License-Identifier: LGPL-2.1-or-later
// The networks and plugins that this host has.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "network/cni_network.h"

namespace podd::network {

/// /etc/podd/net.d and its likes, highest precedence first.
std::vector<std::string> cni_directories();

struct CniFile {
    std::string path;
    base::Result<CniNetwork> network;
};

/// What each *.conf and *.conflist holds, in the order of their names; files of one name and masks
/// as in read_config_files(). Errors: an unreadable directory.
base::Result<std::vector<CniFile>> read_cni_files(const std::vector<std::string>& directories);

/// Errors: kNotFound, with the files that are broken; kConflict when two files describe it.
base::Result<CniNetwork> find_cni_network(const std::vector<CniFile>& files, std::string_view name);

/// [CNI] in /etc/podd/network.conf and its likes. Source: podd.network(5).
struct CniSettings {
    std::vector<std::string> plugin_folders{"/usr/lib/cni"};
    std::uint32_t plugin_timeout_sec = 30;
};
base::Result<CniSettings> read_cni_settings();

/// Path of a plugin's program. Errors: kNotFound with all folders; kDenied when somebody who is not
/// root could have written it.
base::Result<std::string> find_plugin(const std::vector<std::string>& folders,
                                      const std::string& type);

}  // namespace podd::network
