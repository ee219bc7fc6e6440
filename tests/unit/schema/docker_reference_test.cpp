// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/docker_reference.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd;  // NOLINT

namespace {
const std::string kDigest = "sha256:" + std::string(64, 'a');
}  // namespace

TEST_SUITE("schema/docker_reference") {
    TEST_CASE("what is left out is written out") {
        struct Row {
            std::string text;
            std::string name;
            std::string tag;
            bool digest;
            std::string whole;
        };
        const Row rows[] = {
            {"nginx", "docker.io/library/nginx", "latest", false, "docker.io/library/nginx:latest"},
            {"nginx:1.27", "docker.io/library/nginx", "1.27", false,
             "docker.io/library/nginx:1.27"},
            {"docker.io/nginx", "docker.io/library/nginx", "latest", false,
             "docker.io/library/nginx:latest"},
            {"index.docker.io/me/tool", "docker.io/me/tool", "latest", false,
             "docker.io/me/tool:latest"},
            {"me/tool", "docker.io/me/tool", "latest", false, "docker.io/me/tool:latest"},
            {"quay.io/one", "quay.io/one", "latest", false, "quay.io/one:latest"},
            {"Quay.IO/one:V1_x.y-z", "quay.io/one", "V1_x.y-z", false, "quay.io/one:V1_x.y-z"},
            {"localhost/a/b/c", "localhost/a/b/c", "latest", false, "localhost/a/b/c:latest"},
            {"localhost:5000/web", "localhost:5000/web", "latest", false,
             "localhost:5000/web:latest"},
            {"[::1]:5000/web:1", "[::1]:5000/web", "1", false, "[::1]:5000/web:1"},
            {"[::1]/web", "[::1]/web", "latest", false, "[::1]/web:latest"},
            {"a.b/x__y/z---1.2", "a.b/x__y/z---1.2", "latest", false, "a.b/x__y/z---1.2:latest"},
            {"nginx@" + kDigest, "docker.io/library/nginx", "", true,
             "docker.io/library/nginx@" + kDigest},
            {"h:1/nginx:2@" + kDigest, "h:1/nginx", "2", true, "h:1/nginx:2@" + kDigest},
        };
        for (const Row& row : rows) {
            CAPTURE(row.text);
            const auto reference = schema::parse_docker_reference("docker://" + row.text);
            REQUIRE(reference);
            CHECK(reference->name() == row.name);
            CHECK(reference->tag == row.tag);
            CHECK(reference->digest.has_value() == row.digest);
            CHECK(reference->str() == "docker://" + row.whole);
            CHECK(*schema::parse_docker_reference(reference->str()) == *reference);
        }
    }

    TEST_CASE("what is no reference says what was wanted") {
        struct Row {
            std::string text;
            const char* says;
        };
        const Row rows[] = {
            {"nginx", "wanted docker://"},
            {"", "wanted docker://"},
            {"Docker://nginx", "wanted docker://"},
            {"docker://", "a repository"},
            {"docker:///nginx", "a repository"},
            {"docker://Nginx", "a repository"},
            {"docker://a//b", "a repository"},
            {"docker://quay.io/", "a repository"},
            {"docker://quay.io/a/../b", "a repository"},
            {"docker://quay.io/a_-b", "a repository"},
            {"docker://quay.io/a___b", "a repository"},
            {"docker://quay.io/a..b", "a repository"},
            {"docker://quay.io/-a", "a repository"},
            {"docker://quay.io/a b", "a repository"},
            {"docker://user:pw@quay.io/a", "digest"},
            {"docker://-x.io/a", "a registry"},
            {"docker://x..io/a", "a registry"},
            {"docker://x.io:/a", "a registry"},
            {"docker://x.io:99999999/a", "a registry"},
            {"docker://x.io:8a/a", "a registry"},
            {"docker://[x]:1/a", "a registry"},
            {"docker://nginx:", "a tag"},
            {"docker://nginx:.a", "a tag"},
            {"docker://nginx:" + std::string(129, 'a'), "a tag"},
            {"docker://nginx@sha256:12", "digest"},
            {"docker://nginx@sha512:" + std::string(128, 'a'), "a digest of sha256"},
            {"docker://quay.io/" + std::string(250, 'a'), "at most 255"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.text);
            const auto reference = schema::parse_docker_reference(row.text);
            REQUIRE_FALSE(reference);
            CHECK(reference.error().code() == base::ErrorCode::kInvalidArgument);
            CHECK_MESSAGE(reference.error().message().find(row.says) != std::string::npos,
                          reference.error().message());
        }
    }
}
