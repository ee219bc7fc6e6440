// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/signed_payload.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd;  // NOLINT
using trust::SignatureFormat;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

std::string payload(const std::string& reference = "registry.example.com:5000/team/app:v1",
                    const std::string& type = "atomic container signature",
                    const std::string& digest = kDigest) {
    return R"({"critical":{"type":")" + type + R"(","image":{"docker-manifest-digest":")" + digest +
           R"("},"identity":{"docker-reference":")" + reference +
           R"("}},"optional":{"creator":"x","timestamp":1}})";
}

schema::DockerReference reference(const std::string& text) {
    auto parsed = schema::parse_docker_reference("docker://" + text);
    REQUIRE(parsed);
    return *parsed;
}

}  // namespace

TEST_SUITE("trust/signed_payload") {
    TEST_CASE("what both kinds say") {
        struct Row {
            std::string text;
            SignatureFormat format;
            const char* name;
            const char* tag;
        };
        const std::string cosign = "cosign container image signature";
        const Row rows[] = {
            {payload(), SignatureFormat::kOpenPgp, "registry.example.com:5000/team/app", "v1"},
            {payload("registry.example.com:5000/team/app", cosign), SignatureFormat::kCosign,
             "registry.example.com:5000/team/app", ""},
            {payload("docker.io/busybox:1"), SignatureFormat::kOpenPgp, "docker.io/library/busybox",
             "1"},
            {payload("index.docker.io/library/busybox", cosign), SignatureFormat::kCosign,
             "docker.io/library/busybox", ""},
            {payload("localhost/a"), SignatureFormat::kOpenPgp, "localhost/a", ""},
            {payload("[::1]:5000/a:latest"), SignatureFormat::kOpenPgp, "[::1]:5000/a", "latest"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.text);
            const auto result = trust::parse_signed_payload(row.text, row.format);
            REQUIRE_MESSAGE(result, result.error().message());
            CHECK(result->digest.str() == kDigest);
            CHECK(result->name == row.name);
            CHECK(result->tag == row.tag);
        }
    }

    TEST_CASE("what is no payload, and what could be read in two ways") {
        struct Row {
            std::string text;
            const char* says;
        };
        const auto with = [](std::string from, const std::string& to) {
            auto text = payload();
            text.replace(text.find(from), from.size(), to);
            return text;
        };
        const Row rows[] = {
            {"", "line 1"},
            {"[]", "found array at \"/\""},
            {"{}", "found no \"/critical\""},
            {payload() + "{}", "line 1"},
            {with("\"critical\":", "\"critical\":1,\"critical\":"), "critical"},
            {with("\"image\":", R"("image":{"docker-manifest-digest":"x"},"image":)"), "image"},
            {with("\"critical\":", "\"Critical\":{},\"critical\":"), "found \"Critical\" in \"/\""},
            {with("\"type\":", "\"expires\":1,\"type\":"), "found \"expires\" in \"/critical\""},
            {with("{\"docker-manifest-digest\"", "{\"x\":1,\"docker-manifest-digest\""),
             "found \"x\" in \"/critical/image\""},
            {with("{\"docker-reference\"", "{\"x\":1,\"docker-reference\""),
             "found \"x\" in \"/critical/identity\""},
            {payload("a.b/c", "cosign container image signature"),
             "wanted \"atomic container signature\""},
            {payload("a.b/c", "atomic container signature", "sha256:ab"), "docker-manifest-digest"},
            {payload("a.b/c", "atomic container signature", kDigest + "\\u0000"),
             "docker-manifest-digest"},
            {payload("nginx"), "wanted a name with its registry"},
            {payload("library/nginx"), "wanted a name with its registry"},
            {payload("a.b/c@" + kDigest), "wanted a name without a digest"},
            {payload("a.b/../c"), "/critical/identity/docker-reference"},
            {payload("docker://a.b/c"), "/critical/identity/docker-reference"},
            {payload("a.b/c:v1\\n"), "/critical/identity/docker-reference"},
            {payload() + std::string(trust::kMaxPayloadBytes, ' '), "65536"},
            {with("\"creator\":\"x\"", "\"deep\":" + std::string(100, '[') + std::string(100, ']')),
             "16"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.text.substr(0, 500));
            const auto result = trust::parse_signed_payload(row.text, SignatureFormat::kOpenPgp);
            REQUIRE_FALSE(result);
            CHECK(result.error().code() == base::ErrorCode::kInvalidArgument);
            CHECK_MESSAGE(result.error().message().find(row.says) != std::string::npos,
                          result.error().message());
        }
    }

    TEST_CASE("whether it is for what was asked for") {
        struct Row {
            const char* signed_for;
            std::string asked;
            bool same;
        };
        const Row rows[] = {
            {"a.b/c:v1", "a.b/c:v1", true},
            {"a.b/c", "a.b/c:v1", true},
            {"a.b/c:v1", "a.b/c@" + kDigest, true},
            {"a.b/c:v1", "a.b/c:v2@" + kDigest, true},
            {"docker.io/nginx:latest", "nginx", true},
            {"a.b/c:v1", "a.b/c", false},
            {"a.b/c:v1", "a.b/c:v2", false},
            {"a.b/c/d:v1", "a.b/c:v1", false},
            {"a.b/c:v1", "a.b:443/c:v1", false},
            {"a.b/d", "a.b/c@" + kDigest, false},
        };
        for (const Row& row : rows) {
            CAPTURE(row.signed_for);
            CAPTURE(row.asked);
            const auto text = payload(row.signed_for);
            const auto parsed = trust::parse_signed_payload(text, SignatureFormat::kOpenPgp);
            REQUIRE(parsed);
            const auto done = trust::check_signed_for(*parsed, reference(row.asked));
            CHECK(done.has_value() == row.same);
            if (!done) CHECK(done.error().code() == base::ErrorCode::kUntrusted);
        }
    }
}
