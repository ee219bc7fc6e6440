// SPDX-License-Identifier: LGPL-2.1-or-later
// Signatures of an image, fetched and not looked into: from a lookaside store (Lookaside= of
// podd-registries(5)), and from the registry itself as cosign puts them there.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "fetch/http.h"
#include "fetch/registries.h"
#include "fetch/session.h"
#include "schema/digest.h"
#include "schema/docker_reference.h"

namespace podd::fetch {

/// "https://example.com/sigs/team/app@sha256=<hex>/signature-1": one of a lookaside store, from 1.
/// Source: containers' "signature access protocols".
std::string lookaside_url(std::string_view lookaside, std::string_view repository,
                          const schema::Digest& digest, std::size_t number);

/// The tag of the image that holds a manifest's signatures: "sha256-<hex>.sig". Source: cosign's
/// SIGNATURE_SPEC.
std::string cosign_tag(const schema::Digest& digest);

/// One signature in a manifest of that tag.
struct CosignSignature {
    schema::Digest payload;
    std::string signature;  // base64, as it stands there
    bool operator==(const CosignSignature&) const = default;
};
/// Layers of other types are passed over, and all after the first 20. Errors: kInvalidArgument.
base::Result<std::vector<CosignSignature>> parse_cosign_manifest(std::string_view text);

/// Those of all `digests` (of one image: the index and the manifest), as JSON for the verifier, see
/// trust/registry_signatures.h. Errors: kUntrusted: there are none, and where they were looked for;
/// those of Session::get().
base::Result<std::string> fetch_signatures(Http& http, const Registries& registries,
                                           const std::vector<std::unique_ptr<Session>>& sessions,
                                           const schema::DockerReference& reference,
                                           const std::vector<schema::Digest>& digests);

}  // namespace podd::fetch
