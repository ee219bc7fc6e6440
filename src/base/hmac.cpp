// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/hmac.h"

#include <cstdlib>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace podd::base {

std::string hmac_sha512(std::string_view key, std::string_view message) {
    unsigned char code[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    // Only memory can be short here.
    if (::HMAC(EVP_sha512(), key.data(), static_cast<int>(key.size()),
               reinterpret_cast<const unsigned char*>(message.data()), message.size(), code,
               &length) == nullptr)
        std::abort();
    return {reinterpret_cast<const char*>(code), length};
}

bool equal_secrets(std::string_view a, std::string_view b) {
    return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace podd::base
