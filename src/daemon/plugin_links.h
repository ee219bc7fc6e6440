// SPDX-License-Identifier: LGPL-2.1-or-later
// What plugins of CNI hold for pods, in the shape of podd's own links.
#pragma once

#include <string>
#include <vector>

#include "network/cni_attachment.h"
#include "network/listing.h"

namespace podd::daemon {

struct PluginLink {
    std::string network;  // its name
    network::ListedLink link;
};

/// One for each network of the record. `is_running`: that run of the pod goes on.
std::vector<PluginLink> plugin_links(const network::Attachments& record, bool is_running);

/// Of all records on disk, by name of the pod. Those that cannot be read are left out: whoever
/// gives back what is left says so in the journal.
std::vector<PluginLink> all_plugin_links();

}  // namespace podd::daemon
