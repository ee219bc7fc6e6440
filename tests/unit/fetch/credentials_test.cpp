// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/credentials.h"

#include <string>

#include <doctest/doctest.h>

using podd::base::ErrorCode;
using podd::fetch::Credential;
using podd::fetch::Credentials;

namespace {

// "kind user secret"
std::string found(const Credentials& credentials, const std::string& registry,
                  const std::string& repository) {
    const auto* credential = credentials.find(registry, repository);
    if (credential == nullptr) return "none";
    switch (credential->kind) {
        case Credential::Kind::kBasic:
            return "basic " + credential->user + " " + credential->secret;
        case Credential::Kind::kBearer: return "bearer " + credential->secret;
        case Credential::Kind::kIdentity: return "identity " + credential->secret;
        case Credential::Kind::kAws:
            return "aws " + credential->user + " " + credential->secret + " " + credential->region;
        case Credential::Kind::kUnusable: return "unusable " + credential->reason;
    }
    return "";
}

// dTpw is "u:p", dTpwOnE= is "u:p:q".
constexpr auto kAuthJson = R"({
    "auths": {
        "https://index.docker.io/v1/": {"auth": "aHViOnA="},
        "quay.io": {"auth": "dTpw"},
        "quay.io/team": {"auth": "dTpwOnE="},
        "quay.io/team/app": {"username": "x", "password": "y"},
        "token.example.com": {"registrytoken": "abc"},
        "identity.example.com": {"auth": "dTpw", "identitytoken": "abc"},
        "helper.example.com": {},
        "host:5000": {"auth": "dTpw"}
    },
    "credHelpers": {"gcr.io": "gcloud"}
})";

std::string rkt(const std::string& rest) {
    return R"({"rktVersion": "v1", )" + rest + "}";
}

}  // namespace

TEST_SUITE("fetch/credentials") {
    TEST_CASE("the entry of the longest path counts") {
        Credentials credentials;
        REQUIRE(credentials.add_auth_json(kAuthJson, "auth.json").has_value());
        struct Case {
            std::string registry;
            std::string repository;
            std::string wanted;
        };
        for (const auto& c : {
                 Case{"docker.io", "library/nginx", "basic hub p"},
                 Case{"registry-1.docker.io", "library/nginx", "basic hub p"},
                 Case{"quay.io", "other", "basic u p"},
                 Case{"quay.io", "team/other", "basic u p:q"},
                 Case{"quay.io", "team2/other", "basic u p"},
                 Case{"quay.io", "team/app", "basic x y"},
                 Case{"quay.io", "team/app/part", "basic x y"},
                 Case{"quay.io", "team/application", "basic u p:q"},
                 Case{"token.example.com", "a", "bearer abc"},
                 Case{"identity.example.com", "a", "identity abc"},
                 Case{"helper.example.com", "a",
                      "unusable an entry without a password (a credential helper may hold it)"},
                 Case{"host:5000", "a", "basic u p"},
                 Case{"host:5001", "a", "none"},
                 Case{"host", "a", "none"},
                 Case{"gcr.io", "a", "none"},
             }) {
            CAPTURE(c.registry);
            CAPTURE(c.repository);
            CHECK(found(credentials, c.registry, c.repository) == c.wanted);
        }
    }

    TEST_CASE("rkt's kinds are read; dockerAuth comes before auth") {
        Credentials credentials;
        const auto docker = rkt(R"("rktKind": "dockerAuth",
            "registries": ["index.docker.io", "quay.io"], "credentials": {"user": "a", "password": "b"})");
        const auto host = rkt(R"("rktKind": "auth", "type": "oauth",
            "domains": ["quay.io", "example.com"], "credentials": {"token": "t"})");
        const auto basic = rkt(R"("rktKind": "auth", "type": "basic", "domains": ["b.example.com"],
            "credentials": {"user": "c", "password": "d"})");
        const auto aws = rkt(R"("rktKind": "auth", "type": "aws", "domains": ["s3.example.com"],
            "credentials": {"accessKeyID": "c", "secretAccessKey": "d"})");
        const auto region = rkt(R"("rktKind": "auth", "type": "aws", "domains": ["s4.example.com"],
            "credentials": {"accessKeyID": "c", "secretAccessKey": "d", "awsRegion": "eu-west-1"})");
        const auto odd = rkt(R"("rktKind": "auth", "type": "odd", "domains": ["odd.example.com"],
            "credentials": {})");
        for (const auto& text : {docker, host, basic, aws, region, odd})
            REQUIRE(credentials.add_rkt(text, "x.json").has_value());
        CHECK(found(credentials, "docker.io", "library/a") == "basic a b");
        CHECK(found(credentials, "quay.io", "a/b") == "basic a b");
        CHECK(found(credentials, "example.com", "a") == "bearer t");
        CHECK(found(credentials, "b.example.com", "a") == "basic c d");
        CHECK(found(credentials, "s3.example.com", "a") == "aws c d ");
        CHECK(found(credentials, "s4.example.com", "a") == "aws c d eu-west-1");
        CHECK(found(credentials, "odd.example.com", "a") == "unusable credentials of type \"odd\"");
        CHECK(credentials.find("quay.io", "a")->origin == "x.json");
    }

    TEST_CASE("an earlier source wins, twice in one is a conflict") {
        const auto one = rkt(R"("rktKind": "dockerAuth", "registries": ["quay.io"],
            "credentials": {"user": "1", "password": "1"})");
        const auto two = rkt(R"("rktKind": "dockerAuth", "registries": ["quay.io", "b.io"],
            "credentials": {"user": "2", "password": "2"})");
        Credentials first;
        Credentials second;
        REQUIRE(first.add_rkt(one, "one.json").has_value());
        REQUIRE(second.add_rkt(two, "two.json").has_value());
        first.merge(second);
        CHECK(found(first, "quay.io", "a") == "basic 1 1");
        CHECK(found(first, "b.io", "a") == "basic 2 2");
        const auto conflict = second.add_rkt(one, "one.json");
        REQUIRE_FALSE(conflict.has_value());
        CHECK(conflict.error().code() == ErrorCode::kConflict);
        CHECK(conflict.error().message().find("two.json") != std::string::npos);
    }

    TEST_CASE("broken files are refused, and no message holds a secret") {
        struct Case {
            bool is_rkt;
            std::string text;
            std::string says;
        };
        for (const auto& c : {
                 Case{false, "{", "line 1"},
                 Case{false, "[]", "wanted an object"},
                 Case{false, R"({"auths": []})", "/auths"},
                 Case{false, R"({"auths": {"a": {"auth": "SECRET!!"}}})",
                      "USER:PASSWORD in base64"},
                 Case{false, R"({"auths": {"a": {"auth": "U0VDUkVU"}}})",
                      "USER:PASSWORD in base64"},
                 Case{false, R"({"auths": {"a": {"auth": "dTpwCg=="}}})",
                      "USER:PASSWORD in base64"},
                 Case{false, R"({"auths": {"a": {"username": "SECRET\n", "password": ""}}})",
                      "/auths/a/username: found a control character"},
                 Case{false, R"({"auths": {"a": {"auth": "dTpw"}, "a/": {"auth": "dTpw"}}})",
                      "a second time"},
                 Case{true, R"({"rktKind": "dockerAuth"})", "/rktVersion"},
                 Case{true, R"({"rktVersion": "v2", "rktKind": "auth"})", "wanted \"v1\""},
                 Case{true, rkt(R"("rktKind": "paths")"), "wanted \"dockerAuth\" or \"auth\""},
                 Case{true, rkt(R"("rktKind": "dockerAuth", "credentials": {})"), "/registries"},
                 Case{true, rkt(R"("rktKind": "dockerAuth", "registries": ["a"])"), "/credentials"},
                 Case{true, rkt(R"("rktKind": "auth", "domains": ["a"], "credentials": {})"),
                      "/type"},
                 Case{true, rkt(R"("rktKind": "auth", "type": "aws", "domains": ["a"],
                          "credentials": {"accessKeyID": "a"})"),
                      "/credentials/secretAccessKey"},
                 Case{true, rkt(R"("rktKind": "auth", "type": "aws", "domains": ["a"],
                          "credentials": {"accessKeyID": "a", "secretAccessKey": "SECRET",
                                          "awsRegion": "eu:s3"})"),
                      "wanted a region"},
             }) {
            CAPTURE(c.text);
            Credentials credentials;
            const auto read = c.is_rkt ? credentials.add_rkt(c.text, "the-file")
                                       : credentials.add_auth_json(c.text, "the-file");
            REQUIRE_FALSE(read.has_value());
            CAPTURE(read.error().message());
            CHECK(read.error().message().starts_with("\"the-file\": "));
            CHECK(read.error().message().find(c.says) != std::string::npos);
            CHECK(read.error().message().find("SECRET") == std::string::npos);
        }
    }
}
