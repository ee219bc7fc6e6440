// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/verifier_unit.h"

#include <doctest/doctest.h>

using namespace podd;

namespace {
const std::string kKey(40, 'a');
const std::string kGoodKey = R"({"fingerprint":")" + kKey +
                             R"(","userIds":["A <a@b>"],"created":1,"expires":2,"expired":false,)"
                             R"("revoked":false,"armored":"text"})";
}  // namespace

TEST_CASE("keys that the verifier found") {
    const auto keys = daemon::inspected_keys(R"({"keys":[)" + kGoodKey + "]}");
    REQUIRE(keys.has_value());
    REQUIRE(keys->size() == 1);
    CHECK(keys->front().fingerprint == kKey);
    CHECK(keys->front().user_ids == std::vector<std::string>{"A <a@b>"});
    CHECK(keys->front().expires == 2);
    CHECK_FALSE(keys->front().revoked);
}

TEST_CASE("a verifier that was taken over gives no path and no silence") {
    for (const std::string& line :
         {std::string{}, std::string{"{}"}, std::string{R"({"keys":[]})"},
          std::string{R"({"keys":{}})"}, std::string{R"({"keys":["x"]})"},
          std::string{R"({"keys":[{"fingerprint":"../../passwd","userIds":[],"armored":"text"}]})"},
          R"({"keys":[{"fingerprint":")" + kKey + R"(","userIds":[]}]})"}) {
        CAPTURE(line);
        CHECK_FALSE(daemon::inspected_keys(line).has_value());
    }
    // What it leaves out is the worse.
    const auto keys = daemon::inspected_keys(R"({"keys":[{"fingerprint":")" + kKey +
                                             R"(","userIds":[],"armored":"text"}]})");
    REQUIRE(keys.has_value());
    CHECK(keys->front().revoked);
    CHECK(keys->front().expired);
    for (const char* line : {R"({"good":{"fingerprint":"x","sha256":"y"}})",
                             R"({"good":{"sha256":"y"}})", R"({"good":true})", "good"})
        CHECK_FALSE(daemon::good_signature(line).has_value());
}

TEST_CASE("which document is signed") {
    const std::string digest = "sha256:" + std::string(64, 'b');
    const auto good = daemon::signed_document(R"({"signed":{"fingerprint":")" + kKey +
                                              R"(","digest":")" + digest + R"("}})");
    REQUIRE(good);
    CHECK(good->fingerprint == kKey);
    CHECK(good->digest.str() == digest);
    for (const std::string& line :
         {R"({"signed":{"fingerprint":"x","digest":")" + digest + R"("}})",
          R"({"signed":{"fingerprint":")" + kKey + R"("}})",
          R"({"signed":{"fingerprint":")" + kKey + R"(","digest":"../x"}})",
          R"({"signed":{"fingerprint":")" + kKey + R"(","digest":"sha512:)" +
              std::string(128, 'b') + R"("}})",
          std::string{R"({"good":{}})"}})
        CHECK_FALSE(daemon::signed_document(line).has_value());
}

TEST_CASE("a good signature, and an error with its code") {
    const auto good =
        daemon::good_signature(R"({"good":{"fingerprint":")" + kKey + R"(","sha256":"ab"}})");
    REQUIRE(good.has_value());
    CHECK(good->fingerprint == kKey);
    CHECK(good->sha256 == "ab");
    const auto bad =
        daemon::good_signature(R"({"error":{"code":"Untrusted","message":"no\nhint: yes"}})");
    REQUIRE_FALSE(bad.has_value());
    CHECK(bad.error().code() == base::ErrorCode::kUntrusted);
    CHECK(bad.error().message() == "no\nhint: yes");
}
