// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/signatures.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd;  // NOLINT

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

schema::Digest digest() {
    return schema::Digest::parse(kDigest).value();
}

std::string layer(const std::string& signature = "AAAA") {
    return R"({"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","size":9,"digest":")" +
           kDigest + R"(","annotations":{"dev.cosignproject.cosign/signature":")" + signature +
           R"(","other":"x"}})";
}

}  // namespace

TEST_SUITE("fetch/signatures") {
    TEST_CASE("where signatures lie") {
        CHECK(fetch::lookaside_url("https://a.b/sigs", "team/app", digest(), 2) ==
              "https://a.b/sigs/team/app@sha256=" + std::string(64, 'a') + "/signature-2");
        CHECK(fetch::cosign_tag(digest()) == "sha256-" + std::string(64, 'a') + ".sig");
    }

    TEST_CASE("signatures in a manifest of cosign's") {
        const auto found = fetch::parse_cosign_manifest(
            R"({"schemaVersion":2,"layers":[)" + layer() + "," + layer("BBBB") +
            R"(,{"mediaType":"application/vnd.oci.image.layer.v1.tar"}]})");
        REQUIRE_MESSAGE(found, found.error().message());
        REQUIRE(found->size() == 2);
        CHECK(found->front() == fetch::CosignSignature{digest(), "AAAA"});
        CHECK(found->back().signature == "BBBB");
        CHECK(fetch::parse_cosign_manifest(R"({"layers":[]})")->empty());
        std::string many = layer();
        for (int i = 0; i < 50; ++i)
            many += "," + layer();
        CHECK(fetch::parse_cosign_manifest("{\"layers\":[" + many + "]}")->size() == 20);
    }

    TEST_CASE("what is no such manifest") {
        const std::string type =
            R"("mediaType":"application/vnd.dev.cosign.simplesigning.v1+json")";
        const std::string bad[] = {
            "",
            "[]",
            "{}",
            R"({"layers":{}})",
            R"({"layers":[1]})",
            R"({"layers":[{}]})",
            R"({"layers":[)" + layer() + R"(],"layers":[]})",
            "{\"layers\":[{" + type + "}]}",
            "{\"layers\":[{" + type + R"(,"digest":"sha256:ab","annotations":{}}]})",
            "{\"layers\":[{" + type + ",\"digest\":\"" + kDigest + R"(","annotations":{}}]})",
            "{\"layers\":[{" + type + ",\"digest\":\"" + kDigest +
                R"(","annotations":{"dev.cosignproject.cosign/signature":1}}]})",
        };
        for (const auto& text : bad) {
            CAPTURE(text);
            const auto result = fetch::parse_cosign_manifest(text);
            REQUIRE_FALSE(result);
            CHECK(result.error().code() == base::ErrorCode::kInvalidArgument);
        }
    }
}
