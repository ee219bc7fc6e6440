// SPDX-License-Identifier: LGPL-2.1-or-later
// The transient services that touch foreign bytes in podd's place, as properties; pure.
#pragma once

#include <cstdint>
#include <optional>
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
    kSigned,    // nothing is fetched without a signature; what there is goes to standard input
};

/// Where the fetcher puts an image: a folder of each reference's own, so that a fetch that was cut
/// goes on where it ended.
std::string fetch_folder(const schema::DockerReference& reference);

/// The fetcher: a user of its own without any right but to talk to the network and to write that
/// folder. `has_credentials`: whether there is a file of passwords that it is to be given.
client::BusProperties fetcher_service(const schema::DockerReference& reference, Pin pin,
                                      bool has_credentials);

/// The fetcher for one ACI.
struct AciFetchOrder {
    std::string reference;  // for --reference=
    std::string folder;     // in kCacheDir
    std::string signature_url{};
    std::optional<std::uint64_t> max_bytes{};  // of the image
    std::string etag{};
    bool allow_http = false;
    bool wants_signature = true;
    bool has_credentials = false;
};
client::BusProperties aci_fetcher_service(const AciFetchOrder& order);

/// The fetcher for keys: of a name, or at a URL.
client::BusProperties key_fetcher_service(const std::string& source, const std::string& folder,
                                          bool allow_http);

/// What may read, and nothing else, what the fetcher has put into its folders.
inline constexpr const char* kFetchGroup = "podd-fetch";

inline constexpr const char* kCredentialsFile = "/etc/podd/auth.json";

}  // namespace podd::daemon
