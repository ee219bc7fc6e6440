// SPDX-License-Identifier: LGPL-2.1-or-later
// The transient services that touch foreign bytes in podd's place, as properties; pure.
#pragma once

#include <string>
#include <vector>

#include "client/systemd.h"
#include "schema/docker_reference.h"

namespace podd::daemon {

/// The importer with these arguments.
client::BusProperties importer_service(const std::vector<std::string>& arguments,
                                       const std::string& description);

enum class Pin : unsigned char {
    kNotNeeded,
    kRequired,  // nothing is fetched without a digest; the fetcher says which one it would be
};

/// Where the fetcher puts an image: a folder of each reference's own, so that a fetch that was cut
/// goes on where it ended.
std::string fetch_folder(const schema::DockerReference& reference);

/// The fetcher: a user of its own without any right but to talk to the network and to write that
/// folder. `has_credentials`: whether there is a file of passwords that it is to be given.
client::BusProperties fetcher_service(const schema::DockerReference& reference, Pin pin,
                                      bool has_credentials);

inline constexpr const char* kCredentialsFile = "/etc/podd/auth.json";

}  // namespace podd::daemon
