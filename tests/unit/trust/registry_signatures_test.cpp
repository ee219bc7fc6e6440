// SPDX-License-Identifier: LGPL-2.1-or-later
// Keys and signatures as `openssl ecparam -name prime256v1` and `openssl dgst -sha256 -sign` made
// them. What gpg says of OpenPGP ones: tests/system/88-registry-signatures.sh.
#include "trust/registry_signatures.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/base64.h"

using namespace podd;  // NOLINT

namespace {

std::string pem(const std::string& body) {
    return "-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n";
}

const std::string kKey =
    pem("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKD7v3RO3Cb25fCU1mQraUz1S21NS\n"
        "FDqmFiHpcyMmL8vkxGehz5id4uazvcUXIyuAOEbm4n7p6YOuvA6VAEU0iA==");
const std::string kFingerprint = "7f31e71810eaf3ac9b6e8ef5a67805b836e9a43d5783a86c940d9f121176e2a9";
const std::string kOtherKey =
    pem("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEN7fd54zWFovPpjYrIQGSd1heweGA\n"
        "G5yndznlIhUlkKusnTBA4tnH7zYZ5W+CJ9l4ITPKgZXBbd7KKHRtYaE/7A==");
const std::string kSignature =
    "MEYCIQDZGDQUtXKbemY9N3boOMIafA3IQ0evg0Sza6RBGo4rCQIhANwkt9E4iNI2Wm+5o7beSGG1Glbw6xQUW1ynVB8B"
    "SZlN";
const std::string kDigest = "sha256:" + std::string(64, 'a');
const std::string kPayload =
    R"({"critical":{"identity":{"docker-reference":"registry.example.com:5000/team/app"},)"
    R"("image":{"docker-manifest-digest":")" +
    kDigest + R"("},"type":"cosign container image signature"},"optional":null})";

std::string decoded(const std::string& text) {
    const auto bytes = base::from_base64(text);
    REQUIRE(bytes.has_value());
    return bytes.value_or("");
}

trust::RegistrySignature signature(const std::string& bytes = decoded(kSignature),
                                   const std::string& digest = kDigest) {
    return {.format = trust::SignatureFormat::kCosign,
            .digest = schema::Digest::parse(digest).value(),
            .origin = "here",
            .bytes = bytes,
            .payload = kPayload};
}

schema::DockerReference wanted(const std::string& text = "registry.example.com:5000/team/app:1") {
    auto parsed = schema::parse_docker_reference("docker://" + text);
    REQUIRE(parsed);
    return *parsed;
}

trust::SignatureKeys keys(const std::string& pem) {
    auto made = trust::SignatureKeys::make("/tmp");
    REQUIRE(made);
    const auto key = trust::PublicKey::parse(pem);
    REQUIRE(key);
    REQUIRE(made->add(key->fingerprint(), pem));
    return std::move(made).value();
}

}  // namespace

TEST_SUITE("trust/registry_signatures") {
    TEST_CASE("a public key has one text and one fingerprint") {
        const auto key = trust::PublicKey::parse(kKey);
        REQUIRE(key);
        CHECK(key->fingerprint() == kFingerprint);
        CHECK(key->pem() == kKey);
        std::string windows = kKey;
        for (std::size_t at = 0; (at = windows.find('\n', at)) != std::string::npos; at += 2)
            windows.insert(at, "\r");
        REQUIRE(trust::PublicKey::parse(windows));
        CHECK(trust::PublicKey::parse(windows)->pem() == kKey);
        CHECK(key->has_signed(kPayload, decoded(kSignature)));
        CHECK_FALSE(key->has_signed(kPayload + " ", decoded(kSignature)));
        CHECK_FALSE(key->has_signed(kPayload, ""));
        CHECK_FALSE(key->has_signed(kPayload, decoded(kSignature) + "x"));
        CHECK_FALSE(key->has_signed("", ""));
    }

    TEST_CASE("what is no key that can be used") {
        struct Row {
            std::string text;
            base::ErrorCode code;
        };
        const Row rows[] = {
            {"", base::ErrorCode::kInvalidArgument},
            {pem(""), base::ErrorCode::kInvalidArgument},
            {"-----BEGIN PUBLIC KEY-----", base::ErrorCode::kInvalidArgument},
            {kKey + kKey, base::ErrorCode::kInvalidArgument},
            {kKey + "x", base::ErrorCode::kInvalidArgument},
            {"x" + kKey, base::ErrorCode::kInvalidArgument},
            {pem("!!!!"), base::ErrorCode::kInvalidArgument},
            // One byte more than the key has.
            {pem("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKD7v3RO3Cb25fCU1mQraUz1S21NS"
                 "FDqmFiHpcyMmL8vkxGehz5id4uazvcUXIyuAOEbm4n7p6YOuvA6VAEU0iAAA"),
             base::ErrorCode::kInvalidArgument},
            // Its point in the short form.
            {pem("MDkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDIgACKD7v3RO3Cb25fCU1mQraUz1S21NS"
                 "FDqmFiHpcyMmL8s="),
             base::ErrorCode::kInvalidArgument},
            // Ed25519, and P-384.
            {pem("MCowBQYDK2VwAyEAeMTY6bwebKnoiTt5hdJUH7OVay79HDKF7oCNCyTNEnQ="),
             base::ErrorCode::kUnsupported},
            {pem("MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEvgPKu554rPocUi9jKWLHtz+zVY56/Hpn"
                 "YXWUdjQURI94d3wJEJpDNYzgjjzEF38HLDGM12ozxPWqvehqxmIFOvl+O4KAm2Sb"
                 "ZtyhrJCmzZePAjPON7WwYX72EXdQ0Vwt"),
             base::ErrorCode::kUnsupported},
            {pem(std::string(8000, 'A')), base::ErrorCode::kInvalidArgument},
        };
        for (const Row& row : rows) {
            CAPTURE(row.text);
            const auto key = trust::PublicKey::parse(row.text);
            REQUIRE_FALSE(key);
            CHECK(key.error().code() == row.code);
        }
    }

    TEST_CASE("a good signature, and every reason against one") {
        const auto ours = keys(kKey);
        const auto good = ours.check({signature()}, wanted());
        REQUIRE_MESSAGE(good, good.error().message());
        CHECK(good->fingerprint == kFingerprint);
        CHECK(good->digest.str() == kDigest);
        // Another one beside it is no harm.
        CHECK(ours.check({signature("x"), signature()}, wanted()));
        struct Row {
            std::vector<trust::RegistrySignature> signatures;
            std::string asked;
            const char* says;
        };
        const auto asked = "registry.example.com:5000/team/app:1";
        const Row rows[] = {
            {{}, asked, "has no good signature: it has none at all"},
            {{signature("x")}, asked, "here: it is by none of the 1 public keys"},
            {{signature()},
             "registry.example.com:5000/team/other:1",
             "it is for \"registry.example.com:5000/team/app\""},
            {{signature(decoded(kSignature), "sha256:" + std::string(64, 'b'))},
             asked,
             "stands beside sha256:bbb"},
            {std::vector(9, signature("x")), asked, "; and 4 more"},
        };
        for (const Row& row : rows) {
            const auto result = ours.check(row.signatures, wanted(row.asked));
            REQUIRE_FALSE(result);
            CHECK(result.error().code() == base::ErrorCode::kUntrusted);
            CHECK_MESSAGE(result.error().message().find(row.says) != std::string::npos,
                          result.error().message());
        }
        const auto other = keys(kOtherKey).check({signature()}, wanted());
        REQUIRE_FALSE(other);
        CHECK(other.error().message().find("\nhint: if its key should be: podctl trust "
                                           "--prefix=registry.example.com:5000/team/app KEYFILE") !=
              std::string::npos);
    }

    TEST_CASE("a key file with another key than its name says is nobody's") {
        auto made = trust::SignatureKeys::make("/tmp");
        REQUIRE(made);
        const auto added = made->add(kFingerprint, kOtherKey);
        REQUIRE_FALSE(added);
        CHECK(added.error().code() == base::ErrorCode::kCorrupt);
    }

    TEST_CASE("what the fetcher hands over") {
        const std::string one = R"({"format":"openpgp","digest":")" + kDigest +
                                R"(","origin":"https://a.b/x","bytes":"YWI="})";
        const auto found =
            trust::parse_registry_signatures("{\"signatures\":[" + one + "]}" + std::string(9, 0));
        REQUIRE_MESSAGE(found, found.error().message());
        REQUIRE(found->size() == 1);
        CHECK(found->front().format == trust::SignatureFormat::kOpenPgp);
        CHECK(found->front().digest.str() == kDigest);
        CHECK(found->front().origin == "https://a.b/x");
        CHECK(found->front().bytes == "ab");
        CHECK(trust::parse_registry_signatures("{}")->empty());
        std::string many = "{\"signatures\":[" + one;
        for (int i = 0; i < 100; ++i)
            many += "," + one;
        const std::string bad[] = {
            "",
            std::string(9, '\0'),
            "[]",
            many + "]}",
            R"({"signatures":{}})",
            R"({"signatures":[1]})",
            R"({"signatures":[{"format":"x","digest":")" + kDigest + R"(","origin":""}]})",
            R"({"signatures":[{"format":"cosign","digest":"x","origin":""}]})",
            R"({"signatures":[{"format":"cosign","digest":")" + kDigest + R"("}]})",
            R"({"signatures":[{"format":"cosign","digest":")" + kDigest +
                R"(","origin":"","bytes":"!"}]})",
            R"({"signatures":[{"format":"cosign","digest":")" + kDigest +
                R"(","origin":"","bytes":")" + std::string(90'000, 'A') + R"("}]})",
        };
        for (const auto& text : bad) {
            CAPTURE(text.substr(0, 200));
            const auto result = trust::parse_registry_signatures(text);
            REQUIRE_FALSE(result);
            CHECK(result.error().code() == base::ErrorCode::kInvalidArgument);
        }
    }
}
