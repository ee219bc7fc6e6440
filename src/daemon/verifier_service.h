// SPDX-License-Identifier: LGPL-2.1-or-later
// The transient services that the verifier runs in.
#pragma once

#include <string>
#include <vector>

#include "client/systemd.h"

namespace podd::daemon {

/// Properties of one that runs it with these arguments.
client::BusProperties verifier_service(const std::vector<std::string>& arguments);
/// Of one whose input is that folder of the fetcher's.
client::BusProperties fetched_verifier_service(const std::vector<std::string>& arguments,
                                               const std::string& folder);

}  // namespace podd::daemon
