// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/public_key.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "base/base64.h"
#include "base/hash.h"

namespace podd::trust {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kTail = "-----END PUBLIC KEY-----";
constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kDerBytes = 91;  // of a key of P-256 whose point has both its numbers

struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

Error invalid(const char* message) {
    return {ErrorCode::kInvalidArgument, message};
}

// What stands between the two lines, without blanks and line ends.
std::optional<std::string> body_of(std::string_view text) {
    const auto is_blank = [](char c) { return c == '\n' || c == '\r' || c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    if (!is_public_key(text) || !text.ends_with(kTail) || text.size() > kMaxText ||
        text.size() < kPublicKeyHead.size() + kTail.size())
        return std::nullopt;
    text.remove_prefix(kPublicKeyHead.size());
    text.remove_suffix(kTail.size());
    std::string body{text};
    std::erase_if(body, is_blank);
    return body;
}

std::string der_of(const EVP_PKEY* key) {
    const int size = i2d_PUBKEY(key, nullptr);
    if (size <= 0) return {};
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* end = reinterpret_cast<unsigned char*>(der.data());
    return i2d_PUBKEY(key, &end) == size ? der : std::string{};
}

bool is_p256(const EVP_PKEY* key) {
    char group[32] = "";
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1 &&
           std::strcmp(group, "prime256v1") == 0;
}

}  // namespace

struct PublicKey::Key {
    std::unique_ptr<EVP_PKEY, Free> pkey;
};

PublicKey::PublicKey(std::unique_ptr<Key> key, std::string der, std::string fingerprint)
    : key_{std::move(key)}, der_{std::move(der)}, fingerprint_{std::move(fingerprint)} {}
PublicKey::PublicKey(PublicKey&&) noexcept = default;
PublicKey& PublicKey::operator=(PublicKey&&) noexcept = default;
PublicKey::~PublicKey() = default;

Result<PublicKey> PublicKey::parse(std::string_view text) {
    const auto body = body_of(text);
    const auto der = body ? base::from_base64(*body) : std::nullopt;
    if (!der || der->empty()) return invalid("it holds no public key in PEM form");
    const auto* at = bytes_of(*der);
    std::unique_ptr<EVP_PKEY, Free> pkey{d2i_PUBKEY(nullptr, &at, static_cast<long>(der->size()))};
    if (!pkey || at != bytes_of(*der) + der->size())
        return invalid("it holds something that OpenSSL does not take for a public key");
    if (!is_p256(pkey.get()))
        return Error{ErrorCode::kUnsupported,
                     "it holds a public key of another kind than ECDSA over P-256, which is what "
                     "cosign generate-key-pair makes"};
    // A key that can be written in two ways would have two fingerprints.
    if (der->size() != kDerBytes || der_of(pkey.get()) != *der)
        return invalid("it holds a public key whose point is compressed, wanted both its numbers");
    auto fingerprint = base::hash_hex(base::HashAlgorithm::kSha256, *der);
    return PublicKey{std::make_unique<Key>(std::move(pkey)), *der, std::move(fingerprint)};
}

std::string PublicKey::pem() const {
    constexpr std::size_t kLine = 64;
    const auto body = base::base64(der_);
    std::string text{kPublicKeyHead};
    for (std::size_t at = 0; at < body.size(); at += kLine)
        text.append("\n").append(body, at, kLine);
    return text.append("\n").append(kTail).append("\n");
}

bool PublicKey::has_signed(std::string_view bytes, std::string_view signature) const {
    const std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
    return context &&
           EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->pkey.get()) ==
               1 &&
           EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(bytes),
                            bytes.size()) == 1;
}

}  // namespace podd::trust
