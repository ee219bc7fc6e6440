// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/pull_policy.h"

#include <optional>
#include <string>

#include <doctest/doctest.h>

using namespace podd::schema;

namespace {

const std::string kDigits(64, 'a');

ImageReference image(const std::string& name, const std::string& version, const std::string& id) {
    ImageReference reference;
    if (!name.empty()) reference.name = AcIdentifier::parse(name).value();
    if (!version.empty())
        reference.labels.push_back({AcIdentifier::parse("version").value(), version});
    if (!id.empty()) reference.id = id;
    return reference;
}

}  // namespace

TEST_SUITE("schema/pull_policy") {
    TEST_CASE("words, with rkt's") {
        for (const auto& [word, policy] : {std::pair{"missing", PullPolicy::kMissing},
                                           {"new", PullPolicy::kMissing},
                                           {"always", PullPolicy::kAlways},
                                           {"update", PullPolicy::kAlways},
                                           {"never", PullPolicy::kNever}})
            CHECK(parse_pull_policy(word).value() == policy);
        for (const char* word : {"", "Always", "never ", "ifnotpresent"})
            CHECK_FALSE(parse_pull_policy(word).has_value());
    }

    TEST_CASE("an app's image and where it is fetched from") {
        struct Case {
            const char *name, *version;
            std::string id;
            const char* reference;
        };
        const Case cases[] = {
            {"docker.io/library/nginx", "1.27", "", "docker://docker.io/library/nginx:1.27"},
            {"docker.io/library/nginx", "", "", "docker://docker.io/library/nginx:latest"},
            {"localhost_5000/team/app", "1", "", "docker://localhost:5000/team/app:1"},
            {"a.b_443/team/my_app_5", "1", "", "docker://a.b:443/team/my_app_5:1"},
        };
        for (const Case& c : cases) {
            CAPTURE(c.name);
            const auto reference = pull_reference(image(c.name, c.version, c.id), {});
            REQUIRE_MESSAGE(reference.has_value(), reference.error().message());
            CHECK(str(*reference) == c.reference);
        }
        const auto pinned = pull_reference(image("a.b/app", "1", "sha256:" + kDigits), {});
        REQUIRE(pinned.has_value());
        CHECK(str(*pinned) == "docker://a.b/app@sha256:" + kDigits);
    }

    TEST_CASE("images that no registry has under that name") {
        const auto long_id = "sha512-" + kDigits + kDigits;
        const ImageReference cases[] = {
            image("", "", "sha256:" + kDigits), image("nginx", "1", ""),
            image("library/nginx", "1", ""),    image("a.b/app", "1", long_id),
            image("a.b/app", "not a tag", ""),  image("a.b_/app", "1", ""),
            image("a.b_x/app", "1", ""),        image("index.docker.io/library/nginx", "1", ""),
        };
        for (const auto& c : cases) {
            CAPTURE((c.name ? c.name->str() : ""));
            CHECK_FALSE(pull_reference(c, {}).has_value());
        }
    }

    TEST_CASE("a source that the manifest names, and what must fit to it") {
        struct Case {
            const char* what;
            ImageReference image;
            std::string source;
            std::string reference;  // empty: refused
        };
        const auto id = "sha256:" + kDigits;
        const Case cases[] = {
            {"a registry", image("a.b_5000/x/app", "1", ""), "docker://a.b:5000/x/app:1",
             "docker://a.b:5000/x/app:1"},
            {"no version asked for", image("a.b/app", "", ""), "docker://a.b/app:2",
             "docker://a.b/app:2"},
            {"another version", image("a.b/app", "1", ""), "docker://a.b/app:2", ""},
            {"another repository", image("a.b/app", "", ""), "docker://a.b/other", ""},
            {"no name", image("", "", id), "docker://a.b/app", "docker://a.b/app@" + id},
            {"an id", image("a.b/app", "", id), "docker://a.b/app:1", "docker://a.b/app@" + id},
            {"a digest of its own", image("a.b/app", "7", ""), "docker://a.b/app@" + id,
             "docker://a.b/app@" + id},
            {"an appc name", image("a.b/app", "1", ""), "a.b/app:1", "a.b/app:1"},
            {"an appc name, any version", image("a.b/app", "1", ""), "a.b/app", "a.b/app"},
            {"another appc name", image("a.b/app", "", ""), "a.b/other", ""},
            {"another appc version", image("a.b/app", "1", ""), "a.b/app:2", ""},
            {"a URL", image("a.b/app", "1", ""), "https://c.d/any.aci", "https://c.d/any.aci"},
        };
        for (const Case& c : cases) {
            CAPTURE(c.what);
            const auto source = parse_fetch_reference(c.source);
            REQUIRE_MESSAGE(source.has_value(), source.error().message());
            const auto reference = pull_reference(c.image, *source);
            CHECK(reference.has_value() == !c.reference.empty());
            if (reference) CHECK(str(*reference) == c.reference);
        }
    }
}
