// SPDX-License-Identifier: LGPL-2.1-or-later
// What is signed of a registry's image: a small JSON text that names a manifest and the name that
// it goes by. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "schema/digest.h"
#include "schema/docker_reference.h"

namespace podd::trust {

/// How a signature is written; the payload tells its own kind by "type".
enum class SignatureFormat : unsigned char {
    kOpenPgp,  // "simple signing": an OpenPGP message that holds the payload
    kCosign,   // a bare signature beside the payload
};

/// A payload has no reason to be larger, whoever has signed it.
inline constexpr std::size_t kMaxPayloadBytes = std::size_t{64} << 10;

struct SignedPayload {
    schema::Digest digest;  // of a manifest or an index
    std::string name;       // "docker.io/library/nginx"
    std::string tag;        // empty: of no tag in particular
};

/// Nothing that is not known may stand in "critical": it could be a condition. Errors:
/// kInvalidArgument, "/critical/…: found …, wanted …".
/// Source: containers-signature(5); cosign's SIGNATURE_SPEC.
base::Result<SignedPayload> parse_signed_payload(std::string_view text, SignatureFormat format);

/// Whether it is about what was asked for: the same repository, and the same tag where both name
/// one and no digest was given. Errors: kUntrusted.
base::Result<> check_signed_for(const SignedPayload& payload,
                                const schema::DockerReference& wanted);

}  // namespace podd::trust
