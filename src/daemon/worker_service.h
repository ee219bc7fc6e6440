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

/// What nobody waits for any more ends: with podd itself, however that ends.
client::BusProperties end_with_podd();

/// The importer with these arguments.
client::BusProperties importer_service(const std::vector<std::string>& arguments,
                                       const std::string& description);
/// These folders, in kCacheDir, go when that service has ended, however it ends.
client::BusProperty discard_after(const std::vector<std::string>& folders);

enum class Pin : unsigned char {
    kNotNeeded,
    kRequired,  // nothing is fetched without a digest; the fetcher says which one it would be
    kSigned,    // nothing is fetched without a signature; a file for what there is comes along
};

/// The fetcher for an image of a registry: a user of its own without any right but to talk to the
/// network and to write image_folder(). `known` is the manifest that the reference led to before;
/// empty: none. `has_credentials`: whether there is a file of passwords that it is to be given.
client::BusProperties fetcher_service(const schema::DockerReference& reference, Pin pin,
                                      const std::string& known, bool has_credentials);

/// The fetcher for one ACI.
struct AciFetchOrder {
    std::string source;       // for --reference=
    std::string description;  // of that, for everybody
    std::string folder;       // in kCacheDir
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

// Everybody reads command lines and the properties of units, and the query of a URL may be secret.

/// A URL with a query is not on the fetcher's command line: what these fetchers want to read from
/// their standard input for it. Empty: nothing.
std::string input_of(const AciFetchOrder& order);
std::string key_fetcher_input(const std::string& source);

/// What may read, and nothing else, what the fetcher has put into its folders.
inline constexpr const char* kFetchGroup = "podd-fetch";

inline constexpr const char* kCredentialsFile = "/etc/podd/auth.json";

}  // namespace podd::daemon
