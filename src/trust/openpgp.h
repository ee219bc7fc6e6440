// SPDX-License-Identifier: LGPL-2.1-or-later
// OpenPGP keys and detached signatures, read by gpg. Foreign bytes are parsed here: used by the
// verifier only, which has no rights.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trust/gpg.h"

namespace podd::trust {

/// What a message holds, and the primary key that has signed it.
struct SignedText {
    std::string fingerprint;
    std::string text;
};
struct SignatureFacts;

/// A set of keys that goes with the object. Nothing of the user's is read, and nothing is asked of
/// any server.
class Keyring {
public:
    /// Its folder is made in `parent`. Errors: kIo.
    static base::Result<Keyring> make(const std::string& parent);

    /// Takes in the public keys of a text, armored or binary; their fingerprints. Errors:
    /// kInvalidArgument: none in it, a secret one, or too many.
    base::Result<std::vector<std::string>> add(std::string_view text);

    /// By fingerprint or id of the key or a part of it. Errors: kNotFound.
    base::Result<KeyInfo> find(const std::string& fingerprint) const;

    /// The key with its own signatures only, armored. Errors: kNotFound.
    base::Result<std::string> armored(const std::string& fingerprint) const;

    /// The fingerprint of the primary key that has made the one good signature over all bytes that
    /// `file` gives. Errors: kUntrusted: the message names the key and the reason, and says what
    /// can be done.
    base::Result<std::string> verify(std::string_view signature, const ReadMore& file) const;

    /// The same of a binary message that holds what it signs: that text, and who has signed it.
    /// `name` is what the keys are trusted for, for the message. Errors: as above.
    base::Result<SignedText> verify_message(std::string_view message, std::string_view name) const;

private:
    SignatureFacts with_key(SignatureFacts facts) const;
    explicit Keyring(std::unique_ptr<GpgHome> home) : home_{std::move(home)} {}
    std::unique_ptr<GpgHome> home_;
};

}  // namespace podd::trust
