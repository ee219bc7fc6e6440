// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/hash.h"

#include <cassert>
#include <cstdlib>

#include <openssl/evp.h>

namespace podd::base {

namespace {

const EVP_MD* digest_of(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::kSha256: return EVP_sha256();
        case HashAlgorithm::kSha384: return EVP_sha384();
        case HashAlgorithm::kSha512: return EVP_sha512();
    }
    return nullptr;
}

// Only memory can be short here, and this program does not go on without it.
void must(int ok) {
    if (ok != 1) std::abort();
}

}  // namespace

struct Hash::State {
    EVP_MD_CTX* context;
    State() : context{EVP_MD_CTX_new()} { must(context != nullptr ? 1 : 0); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { EVP_MD_CTX_free(context); }
};

std::string_view hash_name(HashAlgorithm algorithm) {
    switch (algorithm) {
        case HashAlgorithm::kSha256: return "sha256";
        case HashAlgorithm::kSha384: return "sha384";
        case HashAlgorithm::kSha512: return "sha512";
    }
    return "";
}

Hash::Hash(HashAlgorithm algorithm) : state_{std::make_unique<State>()} {
    must(EVP_DigestInit_ex(state_->context, digest_of(algorithm), nullptr));
}
Hash::Hash(Hash&&) noexcept = default;
Hash& Hash::operator=(Hash&&) noexcept = default;
Hash::~Hash() = default;

void Hash::update(std::string_view bytes) {
    must(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()));
}

std::string Hash::finish_hex() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    must(EVP_DigestFinal_ex(state_->context, digest, &length));
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (unsigned int i = 0; i < length; ++i) {
        text += kDigits[digest[i] >> 4];
        text += kDigits[digest[i] & 15];
    }
    return text;
}

std::string hash_hex(HashAlgorithm algorithm, std::string_view bytes) {
    Hash hash{algorithm};
    hash.update(bytes);
    return hash.finish_hex();
}

}  // namespace podd::base
