// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/policy.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/file.h"

using namespace podd;  // NOLINT
using trust::Accept;
using trust::Policy;

namespace {

constexpr const char* kPath = "/etc/podd/policy.d/x.conf";

base::ConfigFile file(const std::string& text, const char* path = kPath) {
    auto sections = base::parse_config(text);
    REQUIRE(sections);
    return {path, std::move(sections).value()};
}

// The N-th literal block of the manual page, from 0.
std::string example(std::size_t wanted) {
    const auto page = base::read_file(PODD_MAN_PAGE, 1 << 20);
    REQUIRE(page);
    std::size_t begin = 0;
    for (std::size_t block = 0;; ++block) {
        begin = page->find("```\n", begin);
        REQUIRE(begin != std::string::npos);
        begin += 4;
        const auto end = page->find("```\n", begin);
        REQUIRE(end != std::string::npos);
        if (block == wanted) return page->substr(begin, end - begin);
        begin = end + 4;
    }
}

}  // namespace

TEST_SUITE("trust/policy") {
    TEST_CASE("the longest prefix of whole components decides; without one an image is pinned") {
        const auto policy = Policy::from_files({file("[Prefix docker.io/library]\n"
                                                     "Accept=unsigned\n"
                                                     "[Prefix docker.io]\n"
                                                     "Accept=none\n"
                                                     "[Prefix docker.io/library/nginx]\n"
                                                     "Accept=pinned\n"),
                                                file("[Prefix localhost:5000/a]\n"
                                                     "Accept=unsigned\n"
                                                     "[Prefix \t quay.io]\n"
                                                     "Accept=unsigned\n")});
        REQUIRE(policy);
        struct Row {
            const char* name;
            Accept accept;
            const char* prefix;  // nullptr: no rule
        };
        const Row rows[] = {
            {"docker.io/library/busybox", Accept::kUnsigned, "docker.io/library"},
            {"docker.io/library/nginx", Accept::kPinned, "docker.io/library/nginx"},
            {"docker.io/library/nginx/x", Accept::kPinned, "docker.io/library/nginx"},
            {"docker.io/library/nginx-x", Accept::kUnsigned, "docker.io/library"},
            {"docker.io/libraryx/nginx", Accept::kNone, "docker.io"},
            {"docker.io/me/tool", Accept::kNone, "docker.io"},
            {"docker.io.evil.example/x", Accept::kPinned, nullptr},
            {"localhost:5000/a", Accept::kUnsigned, "localhost:5000/a"},
            {"localhost:5000/ab", Accept::kPinned, nullptr},
            {"localhost:5000", Accept::kPinned, nullptr},
            {"localhost/a", Accept::kPinned, nullptr},
            {"quay.io/x/y/z", Accept::kUnsigned, "quay.io"},
            {"ghcr.io/x", Accept::kPinned, nullptr},
            {"", Accept::kPinned, nullptr},
        };
        for (const Row& row : rows) {
            CAPTURE(row.name);
            CHECK(policy->accept(row.name) == row.accept);
            const auto* rule = policy->find(row.name);
            REQUIRE((rule != nullptr) == (row.prefix != nullptr));
            if (rule != nullptr) CHECK(rule->prefix == row.prefix);
        }
        CHECK(trust::describe(*policy->find("docker.io/library/nginx")) ==
              "[Prefix docker.io/library/nginx] in \"/etc/podd/policy.d/x.conf\"");
        const auto nothing = Policy::from_files({});
        REQUIRE(nothing);
        CHECK(nothing->accept("docker.io/library/nginx") == Accept::kPinned);
    }

    TEST_CASE("a path is a prefix of what lies below it, and of no name") {
        const auto policy =
            Policy::from_files({file("[Prefix /srv/My images]\n"
                                     "Accept=unsigned\n"
                                     "[Prefix /srv/My images/closed]\n"
                                     "Accept=none\n"
                                     "[Prefix srv.example]\n"
                                     "Accept=signed\n")});
        REQUIRE(policy);
        CHECK(policy->accept("/srv/My images/a/x.aci") == Accept::kUnsigned);
        CHECK(policy->accept("/srv/My images") == Accept::kUnsigned);
        CHECK(policy->accept("/srv/My images2/x.aci") == Accept::kPinned);
        CHECK(policy->accept("/srv/My images/closed/x.aci") == Accept::kNone);
        CHECK(policy->accept("srv/My images") == Accept::kPinned);
        CHECK(policy->accept("/srv.example/x") == Accept::kPinned);
        for (const char* place : {"/a", "/a/b c", "/a/.b", "/ä/x@y"})
            CHECK(trust::is_place(place));
        for (const char* place :
             {"", "/", "a", "a/b", "/a/", "//a", "/a//b", "/a/../b", "/..", "/a/.", "/a\nb"})
            CHECK_FALSE(trust::is_place(place));
        CHECK(trust::name_in("/a@b/c@sha256:00") == "/a@b/c");
        CHECK(trust::name_in("/a@b/c") == "/a@b/c");
        CHECK(trust::name_in("a.b/c@sha256:00") == "a.b/c");
    }

    TEST_CASE("without TLS only where the deciding rule says so") {
        const auto policy =
            Policy::from_files({file("[Prefix a.b]\n"
                                     "AllowHttp=yes\n"
                                     "Accept=pinned\n"
                                     "[Prefix a.b/c]\n"
                                     "Accept=pinned\n"
                                     "[Prefix a.b/d]\n"
                                     "Accept=pinned\n"
                                     "AllowHttp=no\n")});
        REQUIRE(policy);
        CHECK(policy->allow_http("a.b/x"));
        CHECK_FALSE(policy->allow_http("a.b/c"));
        CHECK_FALSE(policy->allow_http("a.b/d"));
        CHECK_FALSE(policy->allow_http("c.d"));
    }

    TEST_CASE("what is not understood is refused with file and line") {
        struct Row {
            const char* text;
            const char* line;
            const char* says;
        };
        const Row rows[] = {
            {"[Default]\nAccept=none\n", "line 1", "found section [Default]"},
            {"[prefix a.b]\nAccept=none\n", "line 1", "found section [prefix a.b]"},
            {"[Prefixes a.b]\nAccept=none\n", "line 1", "found section [Prefixes a.b]"},
            {"[Prefix]\nAccept=none\n", "line 1", "found prefix \"\""},
            {"[Prefix nginx]\nAccept=none\n", "line 1", "wanted a name with its registry"},
            {"[Prefix library/nginx]\nAccept=none\n", "line 1", "wanted a name with its registry"},
            {"[Prefix a.b/]\nAccept=none\n", "line 1", "found prefix \"a.b/\""},
            {"[Prefix a.b//c]\nAccept=none\n", "line 1", "found prefix"},
            {"[Prefix a.b/*]\nAccept=none\n", "line 1", "found prefix"},
            {"[Prefix A.b]\nAccept=none\n", "line 1", "found prefix"},
            {"[Prefix docker://a.b]\nAccept=none\n", "line 1", "found prefix"},
            {"[Prefix /]\nAccept=none\n", "line 1", "found prefix \"/\""},
            {"[Prefix /srv/]\nAccept=none\n", "line 1", "found prefix \"/srv/\""},
            {"[Prefix /srv/../etc]\nAccept=none\n", "line 1", "or a path"},
            {"[Prefix /srv]\nAccept=none\nAllowHttp=no\n", "line 1", "AllowHttp= for a path"},
            {"# one\n\n[Prefix a.b]\n", "line 3", "found no Accept="},
            {"[Prefix a.b]\naccept=none\n", "line 2", "found accept=, wanted Accept="},
            {"[Prefix a.b]\nAccept=none\nAllowHttp=1\n", "line 3",
             "found AllowHttp=1, wanted yes or no"},
            {"[Prefix a.b]\nAllowHttp=yes\nAllowHttp=yes\nAccept=none\n", "line 3",
             "found AllowHttp= twice"},
            {"[Prefix a.b]\nAllowHttp=yes\n", "line 1", "found no Accept="},
            {"[Prefix a.b]\nAccept=none\nSigned=yes\n", "line 3", "found Signed="},
            {"[Prefix a.b]\nAccept=\n", "line 2", "wanted signed, unsigned, pinned or none"},
            {"[Prefix a.b]\nAccept=Unsigned\n", "line 2", "found Accept=Unsigned"},
            {"[Prefix a.b]\nAccept=none\nAccept=pinned\n", "line 3", "twice"},
            {"[Prefix a.b]\nAccept=none\n[Prefix a.b]\nAccept=pinned\n", "line 3",
             "it stands at line 1"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.text);
            const auto policy = Policy::from_files({file(row.text)});
            REQUIRE_FALSE(policy);
            CHECK(policy.error().code() == base::ErrorCode::kInvalidArgument);
            for (const char* part : {kPath, row.line, row.says})
                CHECK_MESSAGE(policy.error().message().find(part) != std::string::npos,
                              policy.error().message());
        }
        const auto twice = Policy::from_files({file("[Prefix a.b]\nAccept=none\n", "/a.conf"),
                                               file("[Prefix a.b]\nAccept=none\n", "/b.conf")});
        REQUIRE_FALSE(twice);
        CHECK(twice.error().message().find("line 1 of \"/a.conf\"") != std::string::npos);
    }

    TEST_CASE("the examples of podd.policy(5) mean what the page says") {
        const auto policy = Policy::from_files({file(example(0))});
        REQUIRE(policy);
        CHECK(policy->accept("docker.io/library/nginx") == Accept::kUnsigned);
        CHECK(policy->accept("docker.io/me/tool") == Accept::kPinned);
        CHECK(policy->accept("registry.example.com/web") == Accept::kUnsigned);
        CHECK(policy->accept("registry.example.com/test/web") == Accept::kNone);
        const auto plain = Policy::from_files({file(example(1))});
        REQUIRE(plain);
        CHECK(plain->accept("build.example/app") == Accept::kPinned);
        CHECK(plain->allow_http("build.example/app"));
        const auto by_key = Policy::from_files({file(example(2))});
        REQUIRE(by_key);
        CHECK(by_key->accept("quay.io/example/tool") == Accept::kSigned);
        const auto files = Policy::from_files({file(example(3))});
        REQUIRE(files);
        CHECK(files->accept("/srv/images/web/app.aci") == Accept::kUnsigned);
        CHECK(files->accept("/srv/images/incoming/app.aci") == Accept::kPinned);
    }
}
