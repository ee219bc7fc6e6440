// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/docker_reference.h"

#include <string>

#include <doctest/doctest.h>

using podd::base::ErrorCode;
using podd::schema::canonical_registry;
using podd::schema::parse_docker_reference;

namespace {

const std::string kHex(64, 'a');

}  // namespace

TEST_SUITE("schema/docker_reference") {
    TEST_CASE("a reference has a registry, a repository and a tag or a digest") {
        struct Case {
            std::string text;
            std::string registry;
            std::string repository;
            std::string tag;
            std::string digest;
        };
        for (const auto& c : {
                 Case{"nginx", "docker.io", "library/nginx", "latest", ""},
                 Case{"nginx:1.27", "docker.io", "library/nginx", "1.27", ""},
                 Case{"docker.io/nginx", "docker.io", "library/nginx", "latest", ""},
                 Case{"index.docker.io/nginx", "docker.io", "library/nginx", "latest", ""},
                 Case{"user/app", "docker.io", "user/app", "latest", ""},
                 Case{"quay.io/a/b/c:v1", "quay.io", "a/b/c", "v1", ""},
                 Case{"localhost/app", "localhost", "app", "latest", ""},
                 Case{"registry:5000/app", "registry", "", "", ""},
                 Case{"localhost:5000/app:x", "localhost:5000", "app", "x", ""},
                 Case{"127.0.0.1:5000/app", "127.0.0.1:5000", "app", "latest", ""},
                 Case{"[::1]:5000/app", "[::1]:5000", "app", "latest", ""},
                 Case{"Example.COM/app", "example.com", "app", "latest", ""},
                 Case{"nginx@sha256:" + kHex, "docker.io", "library/nginx", "", "sha256:" + kHex},
                 Case{"q.io/a:b@sha256:" + kHex, "q.io", "a", "b", "sha256:" + kHex},
                 Case{"a.b/c__d/e-f---g.h:T_a.g-", "a.b", "c__d/e-f---g.h", "T_a.g-", ""},
                 Case{"a.b/c:" + std::string(128, 't'), "a.b", "c", std::string(128, 't'), ""},
             }) {
            CAPTURE(c.text);
            const auto reference = parse_docker_reference("docker://" + c.text);
            REQUIRE(reference.has_value());
            if (c.repository.empty()) {
                CHECK(reference->registry == "registry:5000");
                continue;
            }
            CHECK(reference->registry == c.registry);
            CHECK(reference->repository == c.repository);
            CHECK(reference->tag == c.tag);
            CHECK((reference->digest ? reference->digest->str() : "") == c.digest);
            const auto again = parse_docker_reference(reference->str());
            REQUIRE(again.has_value());
            CHECK(*again == *reference);
        }
    }

    TEST_CASE("what is no reference is refused with what was found and wanted") {
        struct Case {
            std::string text;
            std::string says;
        };
        for (const auto& c : {
                 Case{"nginx", "found \"nginx\", wanted docker://"},
                 Case{"docker:nginx", "wanted docker://"},
                 Case{"docker://", "found no repository"},
                 Case{"docker:///nginx", "found \"/\" at the beginning"},
                 Case{"docker://Nginx", "\"Nginx\" with capital letters"},
                 Case{"docker://a//b", "repository \"a//b\""},
                 Case{"docker://a/", "repository \"a/\""},
                 Case{"docker://a..b", "repository \"a..b\""},
                 Case{"docker://a___b", "repository \"a___b\""},
                 Case{"docker://-a", "repository \"-a\""},
                 Case{"docker://a/../b", "repository \"a/../b\""},
                 Case{"docker://a?b=c", "repository \"a?b=c\""},
                 Case{"docker://a b", "repository \"a b\""},
                 Case{"docker://a%2fb", "repository \"a%2fb\""},
                 Case{"docker://nginx:", "tag \"\""},
                 Case{"docker://nginx:-x", "tag \"-x\""},
                 Case{"docker://nginx:a:b", "tag \"a:b\""},
                 Case{"docker://nginx:a/b", "found port \"a\""},
                 Case{"docker://nginx:" + std::string(129, 't'), "tag "},
                 Case{"docker://nginx@", "found \"\", wanted a digest"},
                 Case{"docker://nginx@sha256:abc", "found \"sha256:abc\", wanted a digest"},
                 Case{"docker://nginx@sha256:" + std::string(64, 'A'), "wanted a digest"},
                 Case{"docker://nginx@sha256:" + kHex + "@x", "wanted a digest"},
                 Case{"docker://nginx@sha512:" + std::string(128, 'a'), "a digest of sha256"},
                 Case{"docker://" + kHex, "an image's id"},
                 Case{"docker://host:0/a", "found port \"0\""},
                 Case{"docker://host:65536/a", "found port \"65536\""},
                 Case{"docker://host:/a", "found port \"\""},
                 Case{"docker://-x.example.com/a", "found \"-x.example.com\", wanted a registry"},
                 Case{"docker://a..example.com/a", "wanted a registry"},
                 Case{"docker://user@example.com/a", "wanted a digest"},
                 Case{"docker://[::1/a", "wanted"},
                 Case{"docker://a.b/" + std::string(255, 'x'), "a name of 259 bytes"},
                 Case{"docker://" + std::string(2000, 'x'), "a reference of 2009 bytes"},
             }) {
            CAPTURE(c.text);
            const auto reference = parse_docker_reference(c.text);
            REQUIRE_FALSE(reference.has_value());
            CHECK(reference.error().code() == ErrorCode::kInvalidArgument);
            CAPTURE(reference.error().message());
            CHECK(reference.error().message().find(c.says) != std::string::npos);
        }
    }

    TEST_CASE("Docker Hub has one name") {
        CHECK(canonical_registry("registry-1.docker.io") == "docker.io");
        CHECK(canonical_registry("index.docker.io") == "docker.io");
        CHECK(canonical_registry("docker.io:443") == "docker.io:443");
        CHECK(canonical_registry("Quay.IO") == "quay.io");
    }
}
