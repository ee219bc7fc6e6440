// SPDX-License-Identifier: LGPL-2.1-or-later
// What podctl verify says of this host's firewall.
#pragma once

#include <string>
#include <vector>

namespace podd::podctl {

struct FirewallFindings {
    std::vector<std::string> warnings;  // pods on the network "default" are cut off
    std::vector<std::string> notes;
};

/// Rules of everybody but podd; what is in nobody's power to look at is a note.
FirewallFindings firewall();

}  // namespace podd::podctl
