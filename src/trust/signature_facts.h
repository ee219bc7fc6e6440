// SPDX-License-Identifier: LGPL-2.1-or-later
// What gpg found out about a signature, and why that does not do. Pure.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "trust/openpgp.h"

namespace podd::trust {

enum class Verdict : unsigned char {
    kGood,
    kBad,         // of other bytes
    kUnknownKey,  // which the keyring does not have
    kExpired,     // the signature
    kKeyExpired,
    kKeyRevoked,
    kUnchecked,  // of a kind that gpg cannot check
};

/// Where what was signed lies.
enum class Signed : unsigned char {
    kBeside,  // in another file
    kInside,  // in the message itself, once
};

struct SignatureFacts {
    Signed where = Signed::kBeside;
    Verdict verdict = Verdict::kUnchecked;
    unsigned hash = 0;          // number of RFC 9580, 9.5; 0: not told
    bool of_text = false;       // over a text whose line ends may have been changed
    std::uint64_t made = 0;     // seconds of CLOCK_REALTIME
    std::uint64_t expires = 0;  // 0: never
    unsigned count = 0;         // of signatures in the file
    KeyInfo key;                // whose fingerprint may be a mere id of a part of it
};

/// Nothing when gpg found none, or none of that form.
std::optional<SignatureFacts> signature_facts(const std::vector<StatusLine>& status,
                                              Signed where = Signed::kBeside);

/// Errors: kUntrusted, with key, reason and remedy.
base::Result<> check_signature(const SignatureFacts& facts, std::time_t now = std::time(nullptr));

/// Why gpg found no signature in these bytes.
base::Error no_signature(std::string_view text);

}  // namespace podd::trust
