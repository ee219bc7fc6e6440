// SPDX-License-Identifier: LGPL-2.1-or-later
// ACIs and keys from web servers, by URL or by appc name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fetch/blobs.h"
#include "fetch/web.h"
#include "schema/pod_manifest.h"

namespace podd::fetch {

inline constexpr const char* kAciFile = "image.aci";
inline constexpr const char* kSignatureFile = "image.aci.asc";

/// One of both.
struct AciSource {
    std::string url{};  // its path ends in ".aci"
    std::optional<schema::ImageReference> reference{};
};

/// "https://…/x.aci", "http://…/x.aci" or "appc:NAME[:VERSION][,LABEL=VALUE…]". A URL that libcurl
/// would write otherwise is refused. Errors: kInvalidArgument.
base::Result<AciSource> parse_aci_source(std::string_view text);
/// Whether parse_aci_source() is the one to ask.
bool is_aci_source(std::string_view text);

/// "https://example.com/x.aci?a=b" has its signature at "https://example.com/x.aci.asc?a=b".
std::string signature_url_of(const std::string& image_url);

enum class WantSignature : unsigned char { kNo, kYes };

struct AciRequest {
    AciSource source;
    int directory_fd = -1;        // an existing folder; what a cut fetch left there is gone on with
    std::string machine;          // of this host, as `uname -m` says it
    std::string signature_url{};  // in place of the usual one; then it must be there
    WantSignature want_signature = WantSignature::kYes;
    std::string if_none_match{};
    std::uint64_t max_bytes = 0;
};

struct FetchedAci {
    std::string url;  // that was asked for, without a query that may be secret
    std::string etag;
    std::uint64_t max_age = 0;
    bool is_not_modified = false;  // then there is no image.aci
    bool has_signature = false;
};

/// A signature that is wanted is asked for first: where there is none, nothing of the image is
/// fetched. One that the server has not made yet ("202 Accepted") is asked for again behind the
/// image. Of several places that a page names the next is tried when one fails.
/// Errors: kUntrusted: no signature; those of download() and discover_images().
base::Result<FetchedAci> fetch_aci(const AciRequest& request, Web& web, const Progress& progress);

struct FetchedKey {
    std::string url;   // for people
    std::string file;  // in the folder
};

/// `from` is the URL of a key file, or a prefix of names whose keys a page names. They lie in
/// "keys/0.asc" and so on afterwards; what they are worth is for others to say.
/// Errors: kNotFound, kDenied, kUnavailable, kUntrusted, kInvalidArgument, kIo.
base::Result<std::vector<FetchedKey>> fetch_keys(std::string_view from, int directory_fd, Web& web);

}  // namespace podd::fetch
