// SPDX-License-Identifier: LGPL-2.1-or-later
// gpg by way of gpgme. What it says of good and bad signatures: tests/system/84-trust.sh.
#include "trust/openpgp.h"

#include <algorithm>
#include <cstring>
#include <string>

#include <doctest/doctest.h>

#include <sys/types.h>
#include <unistd.h>

#include "base/base64.h"
#include "skip.h"

using namespace podd;  // NOLINT

namespace {

// Both are by one key, which is in no keyring.
constexpr std::string_view kClearSigned = R"(-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

text
-----BEGIN PGP SIGNATURE-----

iHUEARYIAB0WIQRllvhQQyv/ZzqqBetItAJyS7YBcgUCawgZ4wAKCRBItAJyS7YB
cnXJAP4lf3ADen0BXvnR1CTWU03HbqBKI0avEDQ6Yq84CgPjXAD/Qip+j9OxDPry
PzUbojJiv4RazPEHGKnlIs2vxgDvFAI=
=AQR/
-----END PGP SIGNATURE-----
)";
constexpr std::string_view kMessage =
    "owGbwMvMwCHmsYWpyHsbYxHjGvEk5oLEymwOKdZqpeSizJLM5MQcJSvD2o5SFgYxDgZZMUWW1Gk/Apy1/6dbrWJ9DdPI"
    "ygTSwsDFKQATOVDH8N8xebKt8i3j7ddaXZ56/lWzFnupdHx2hMoKFS+Lm1ue/1/PyHBeprd29UddPvujE0wOHZr/3WFy"
    "u26WV8i6zffuJjct38wCAA==";

bool has_gpg() {
    return ::access("/usr/bin/gpg", X_OK) == 0;
}

// More than any pipe takes.
trust::ReadMore large_file() {
    return [left = std::size_t{8} << 20](char* buffer, std::size_t size) mutable {
        const auto part = std::min(size, left);
        std::memset(buffer, 'x', part);
        left -= part;
        return static_cast<ssize_t>(part);
    };
}

}  // namespace

// gpg looks at the signature, and leaves without having read the file. Whoever waits for it to read
// more waits for ever.
TEST_CASE("a signature file that holds a text ends at once, however large the file beside it is") {
    SKIP_UNLESS(has_gpg(), "there is no gpg");
    const auto keyring = trust::Keyring::make("/tmp");
    REQUIRE(keyring);
    for (const auto& signature :
         {std::string{kClearSigned}, "garbage\n" + std::string{kClearSigned},
          base::from_base64(kMessage).value_or("")}) {
        REQUIRE_FALSE(signature.empty());
        const auto done = keyring->verify(signature, large_file());
        REQUIRE_FALSE(done);
        CHECK(done.error().code() == base::ErrorCode::kUntrusted);
    }
}

TEST_CASE("a message that holds its text is no signature by a key that is not there") {
    SKIP_UNLESS(has_gpg(), "there is no gpg");
    const auto keyring = trust::Keyring::make("/tmp");
    REQUIRE(keyring);
    const auto message = base::from_base64(kMessage).value_or("");
    const auto done = keyring->verify_message(message, "a.b/c");
    REQUIRE_FALSE(done);
    CHECK(done.error().code() == base::ErrorCode::kUntrusted);
    CHECK(done.error().message() ==
          "it is signed by key 6596f850432bff673aaa05eb48b402724bb60172, which is not trusted for "
          "\"a.b/c\"\nhint: if it should be: podctl trust --prefix=a.b/c KEYFILE");
    for (const auto& text : {std::string{}, std::string{kClearSigned}, message.substr(0, 50)})
        CHECK_FALSE(keyring->verify_message(text, "a.b/c").has_value());
}

TEST_CASE("what is no key") {
    SKIP_UNLESS(has_gpg(), "there is no gpg");
    auto keyring = trust::Keyring::make("/tmp");
    REQUIRE(keyring);
    for (const char* text : {"", "x", "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nxxxx\n"}) {
        const auto done = keyring->add(text);
        REQUIRE_FALSE(done);
        CHECK(done.error().code() == base::ErrorCode::kInvalidArgument);
    }
    CHECK_FALSE(keyring->find(std::string(40, 'a')).has_value());
    CHECK_FALSE(keyring->armored(std::string(40, 'a')).has_value());
}
