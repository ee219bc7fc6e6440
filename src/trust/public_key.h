// SPDX-License-Identifier: LGPL-2.1-or-later
// Bare public keys, as `cosign generate-key-pair` makes them: ECDSA over P-256, with SHA-256.
// Foreign bytes are parsed here, by OpenSSL: used by the verifier only, which has no rights.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::trust {

inline constexpr std::string_view kPublicKeyHead = "-----BEGIN PUBLIC KEY-----";

/// Whether a key file holds such a key and not an OpenPGP one.
inline bool is_public_key(std::string_view text) {
    return text.starts_with(kPublicKeyHead);
}

class PublicKey {
public:
    /// One key in PEM form (RFC 7468) and nothing else. Errors: kInvalidArgument; kUnsupported for
    /// a key of another kind.
    static base::Result<PublicKey> parse(std::string_view text);
    PublicKey(PublicKey&&) noexcept;
    PublicKey& operator=(PublicKey&&) noexcept;
    ~PublicKey();

    /// What its file is named after: the SHA-256 of its DER form, 64 hex digits.
    const std::string& fingerprint() const { return fingerprint_; }
    /// The one PEM text of this key.
    std::string pem() const;

    /// Whether it has signed these bytes; `signature` is two numbers in DER form.
    bool has_signed(std::string_view bytes, std::string_view signature) const;

private:
    struct Key;
    PublicKey(std::unique_ptr<Key> key, std::string der, std::string fingerprint);
    std::unique_ptr<Key> key_;
    std::string der_;
    std::string fingerprint_;
};

}  // namespace podd::trust
