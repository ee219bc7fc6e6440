// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/request.h"

#include <string>
#include <string_view>
#include <variant>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "pods.h"

using namespace podd;
using namespace podd::metadata;

namespace {

const std::string kStart = fmt::format("/{}/acMetadata/v1/", kToken);

Answer answer(Method method, const std::string& path) {
    static const auto served = pod();
    const auto next = route(method, path, served);
    REQUIRE(std::holds_alternative<Answer>(next));
    auto found = std::get<Answer>(next);
    if (found.document != nullptr) found.text = *found.document;
    return found;
}

}  // namespace

TEST_SUITE("metadata/request") {
    TEST_CASE("every document of the specification, with its exact type") {
        constexpr std::string_view kJson = "application/json";
        constexpr std::string_view kText = "text/plain; charset=us-ascii";
        struct Case {
            std::string_view path, type, text;
        };
        for (
            const auto& c : {
                Case{
                    "pod/annotations", kJson,
                    R"([{"name":"example.com/role","value":"front"},{"name":"created","value":"2026"}])"},
                Case{"pod/annotations/example.com/role", kText, "front"},
                Case{"pod/manifest", kJson, R"({"acKind":"PodManifest"})"},
                Case{"pod/uuid", kText, kUuid},
                Case{"apps/nginx/annotations", kJson, R"([{"name":"a/b","value":"c"}])"},
                Case{"apps/nginx/annotations/a/b", kText, "c"},
                Case{"apps/php/annotations", kJson, "null"},
                Case{"apps/empty/annotations", kJson, "[]"},
                Case{"apps/nginx/image/manifest", kJson, R"({"acKind": "ImageManifest"})"},
                Case{"apps/nginx/image/id", kText, "sha512-ab"},
                Case{"apps/php/image/id", kText, "sha256:cd"},
            }) {
            CAPTURE(c.path);
            for (const auto method : {Method::kGet, Method::kHead}) {
                const auto found = answer(method, kStart + std::string{c.path});
                CHECK(found.status == kOk);
                CHECK(found.type == c.type);
                CHECK(found.text == c.text);
            }
            for (const auto method : {Method::kPost, Method::kOther}) {
                const auto refused = answer(method, kStart + std::string{c.path});
                CHECK(refused.status == kNotAllowed);
                CHECK(std::string_view{refused.allow} == "GET, HEAD");
                CHECK(refused.document == nullptr);
            }
        }
    }

    TEST_CASE("forms are posted, and nothing else is done there") {
        const auto served = pod();
        const auto use = [&](std::string_view path) {
            return std::get<FormUse>(route(Method::kPost, kStart + std::string{path}, served));
        };
        CHECK(use("pod/hmac/sign") == FormUse::kSign);
        CHECK(use("pod/hmac/verify") == FormUse::kVerify);
        for (const auto method : {Method::kGet, Method::kHead, Method::kOther}) {
            const auto refused = answer(method, kStart + "pod/hmac/sign");
            CHECK(refused.status == kNotAllowed);
            CHECK(std::string_view{refused.allow} == "POST");
        }
    }

    TEST_CASE("without the pod's token nothing is said, not even what there is") {
        for (const std::string& path : {
                 std::string{""},
                 std::string{"/"},
                 std::string{"//"},
                 std::string{"*"},
                 std::string{"/acMetadata/v1/pod/uuid"},
                 std::string{"//acMetadata/v1/pod/uuid"},
                 "/" + kUuid + "/acMetadata/v1/pod/uuid",
                 "/" + kToken.substr(1) + "/acMetadata/v1/pod/uuid",
                 "/" + kToken + "a/acMetadata/v1/pod/uuid",
                 "/" + kToken.substr(1) + "b/acMetadata/v1/pod/hmac/sign",
                 "//" + kToken + "/acMetadata/v1/pod/uuid",
                 kToken + "/acMetadata/v1/pod/uuid",
             })
            for (const auto method : {Method::kGet, Method::kPost, Method::kOther}) {
                CAPTURE(path);
                const auto refused = answer(method, path);
                CHECK(refused.status == kUnauthorized);
                CHECK(refused.document == nullptr);
            }
    }

    TEST_CASE("what is not there is not found") {
        for (const std::string& rest : {
                 std::string{""},
                 std::string{"/"},
                 std::string{"/acMetadata/v1"},
                 std::string{"/acMetadata/v1/"},
                 std::string{"/acMetadata/v2/pod/uuid"},
                 std::string{"/acmetadata/v1/pod/uuid"},
                 std::string{"/acMetadata/v1/pod"},
                 std::string{"/acMetadata/v1/pod/"},
                 std::string{"/acMetadata/v1/pod/uuid/"},
                 std::string{"/acMetadata/v1//pod/uuid"},
                 std::string{"/acMetadata/v1/pod/token"},
                 std::string{"/acMetadata/v1/pod/annotations/"},
                 std::string{"/acMetadata/v1/pod/annotations/example.com"},
                 std::string{"/acMetadata/v1/pod/annotationsx"},
                 std::string{"/acMetadata/v1/pod/../pod/uuid"},
                 std::string{"/acMetadata/v1/apps"},
                 std::string{"/acMetadata/v1/apps/"},
                 std::string{"/acMetadata/v1/apps/nginx"},
                 std::string{"/acMetadata/v1/apps/nginx/image"},
                 std::string{"/acMetadata/v1/apps/nginx/uuid"},
                 std::string{"/acMetadata/v1/apps/other/image/id"},
                 std::string{"/acMetadata/v1/apps/php/annotations/a"},
                 std::string{"/acMetadata/v1/apps//image/id"},
                 std::string{"/acMetadata/v1/pod/hmac"},
             }) {
            CAPTURE(rest);
            CHECK(answer(Method::kGet, "/" + kToken + rest).status == kNotFound);
        }
    }

    TEST_CASE("methods by their exact names") {
        CHECK(method_of("GET") == Method::kGet);
        CHECK(method_of("HEAD") == Method::kHead);
        CHECK(method_of("POST") == Method::kPost);
        for (const auto* word : {"", "get", "PUT", "DELETE", "OPTIONS", "GETT"})
            CHECK(method_of(word) == Method::kOther);
    }

    TEST_CASE("a record that would let others in is refused") {
        auto short_token = record();
        short_token.token.pop_back();
        auto no_token = record();
        no_token.token.clear();
        auto strange_token = record();
        strange_token.token[5] = '/';
        auto no_uuid = record();
        no_uuid.uuid = "web";
        for (const auto& bad : {short_token, no_token, strange_token, no_uuid})
            CHECK_FALSE(served_pod(bad).has_value());
    }
}
