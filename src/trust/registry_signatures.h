// SPDX-License-Identifier: LGPL-2.1-or-later
// Signatures of an image of a registry, as the fetcher hands them over, against the keys that are
// trusted for its name. Foreign bytes are parsed here: used by the verifier only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/digest.h"
#include "schema/docker_reference.h"
#include "trust/openpgp.h"
#include "trust/public_key.h"
#include "trust/signed_payload.h"

namespace podd::trust {

struct RegistrySignature {
    SignatureFormat format = SignatureFormat::kOpenPgp;
    schema::Digest digest;  // of the manifest that it was found with
    std::string origin;     // where; for messages
    std::string bytes;      // the message, or the bare signature
    std::string payload{};  // of a bare signature
};

/// {"signatures":[{"format":"openpgp"|"cosign","digest":…,"origin":…,"bytes":BASE64,
/// "payload":BASE64}]}, with NUL characters behind it. Errors: kInvalidArgument.
base::Result<std::vector<RegistrySignature>> parse_registry_signatures(std::string_view text);

/// Who has signed which manifest or index.
struct SignedImage {
    std::string fingerprint;
    schema::Digest digest;
};

class SignatureKeys {
public:
    /// The keyring is made in `parent`. Errors: kIo.
    static base::Result<SignatureKeys> make(const std::string& parent);

    /// The text of a key file that is named after this fingerprint. Errors: kCorrupt: it holds
    /// another key; kInvalidArgument: none.
    base::Result<> add(std::string_view fingerprint, std::string_view text);

    /// The first of the signatures that is good, by one of these keys, and for the image that was
    /// asked for. Errors: kUntrusted: the message says of each what is wrong with it.
    base::Result<SignedImage> check(const std::vector<RegistrySignature>& signatures,
                                    const schema::DockerReference& wanted) const;

private:
    explicit SignatureKeys(Keyring keyring) : keyring_{std::move(keyring)} {}
    base::Result<SignedImage> check_one(const RegistrySignature& signature,
                                        const schema::DockerReference& wanted) const;
    base::Result<SignedText> signed_text(const RegistrySignature& signature,
                                         const std::string& name) const;
    Keyring keyring_;
    std::vector<PublicKey> public_keys_;
};

}  // namespace podd::trust
