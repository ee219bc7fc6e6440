// SPDX-License-Identifier: LGPL-2.1-or-later
// Digests over a stream of bytes. A library of its own (base_hash): the only one that links
// OpenSSL.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::base {

enum class HashAlgorithm : unsigned char { kSha256, kSha384, kSha512 };

/// "sha256", "sha384", "sha512": as OCI digests and appc image ids begin.
std::string_view hash_name(HashAlgorithm algorithm);

class Hash {
public:
    explicit Hash(HashAlgorithm algorithm);
    Hash(Hash&&) noexcept;
    Hash& operator=(Hash&&) noexcept;
    ~Hash();

    void update(std::string_view bytes);
    /// Lower-case hex digits of everything so far; the object is spent afterwards.
    std::string finish_hex();

private:
    struct State;
    std::unique_ptr<State> state_;
};

std::string hash_hex(HashAlgorithm algorithm, std::string_view bytes);

}  // namespace podd::base
