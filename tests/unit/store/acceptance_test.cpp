// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/acceptance.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "base/file.h"
#include "scratch_folder.h"
#include "store/layout.h"
#include "store/record.h"

using namespace podd;  // NOLINT

namespace {

store::ImageRecord image(store::Verification verification) {
    auto manifest = schema::ImageManifest::parse(
        R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"docker.io/library/nginx"})");
    REQUIRE(manifest);
    return {.id = "sha256:ab",
            .kind = store::ImageKind::kOci,
            .manifest = std::move(manifest).value(),
            .trees = {},
            .blobs = {},
            .verification = std::move(verification)};
}

trust::Policy policy(const std::string& text) {
    const auto sections = base::parse_config(text);
    REQUIRE(sections);
    const auto result = trust::Policy::from_files({{"/etc/podd/policy.d/x.conf", *sections}});
    REQUIRE(result);
    return *result;
}

const store::Verification kByRule{"policy", "uid 0", "docker.io/library/nginx",
                                  R"([Prefix docker.io] in "/etc/podd/policy.d/x.conf")"};

constexpr const char* kTop =
    R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/top",)"
    R"("dependencies":[{"imageName":"docker.io/library/nginx"}]})";

store::ImageRecord aci(char digit, store::Verification verification) {
    auto record = image(std::move(verification));
    record.id = "sha512-" + std::string(128, digit);
    record.kind = store::ImageKind::kAci;
    return record;
}

// An image that somebody has given podd, on top of `dependency`.
store::ImageRecord top_of(const store::ImageRecord& dependency) {
    auto top = aci('a', {"import", "uid 0"});
    top.manifest = schema::ImageManifest::parse(kTop).value();
    top.dependencies = {store::dependency_record(dependency)};
    return top;
}

// A store with one image, or none, in the test's own temporary directory.
class SmallStore {
public:
    SmallStore() { std::filesystem::create_directory(folder_.path(store::kImagesDir)); }

    void add(const store::ImageRecord& record) const {
        REQUIRE(base::write_file(folder_.fd(), store::image_file(record.id),
                                 store::to_json(record).str(), 0600));
    }
    base::Result<> check(const store::ImageRecord& record) const {
        return store::check_accepted(reader(), record);
    }
    store::Reader reader() const { return store::Reader::open(folder_.path()).value(); }

private:
    test::ScratchFolder folder_;
};

}  // namespace

TEST_SUITE("store/acceptance") {
    TEST_CASE("a dependency is held to rules and keys as an image of its own is") {
        const std::string key(40, 'f');
        const SmallStore store;
        CHECK(store.check(top_of(aci('b', {"import", "uid 0"}))));
        // On this machine there is neither such a rule nor such a key.
        const auto by_rule = store.check(top_of(aci('b', kByRule)));
        REQUIRE_FALSE(by_rule);
        CHECK(by_rule.error().code() == base::ErrorCode::kUntrusted);
        CHECK(by_rule.error().message().starts_with(
            R"(image "example.com/top" depends on "docker.io/library/nginx": image )"
            R"("docker.io/library/nginx" was accepted unsigned by [Prefix docker.io])"));
        const auto by_key = store.check(top_of(aci('b', {"signed", key})));
        REQUIRE_FALSE(by_key);
        CHECK(by_key.error().message().find("is signed by key " + key) != std::string::npos);
        CHECK(store::is_signed_by(store.reader(), top_of(aci('b', {"signed", key})), key));
        CHECK_FALSE(store::is_signed_by(store.reader(), top_of(aci('b', kByRule)), key));
    }

    TEST_CASE("what a dependency is accepted by now counts, not what it came with") {
        const std::string key(40, 'f');
        const SmallStore store;
        store.add(aci('b', {"import", "uid 0"}));
        CHECK(store.check(top_of(aci('b', {"signed", key}))));
        CHECK_FALSE(store::is_signed_by(store.reader(), top_of(aci('b', {"signed", key})), key));
        store.add(aci('b', {"signed", key}));
        CHECK_FALSE(store.check(top_of(aci('b', {"import", "uid 0"}))));
    }

    TEST_CASE("an image of which nobody knows what it is made of is refused") {
        auto top = top_of(aci('b', {"import", "uid 0"}));
        top.dependencies.clear();
        const auto done = SmallStore{}.check(top);
        REQUIRE_FALSE(done);
        CHECK(done.error().code() == base::ErrorCode::kUntrusted);
    }

    TEST_CASE("an ACI from a place that a rule trusts needs one for its own name, too") {
        auto aci = image({"policy", "uid 0", "c.d/x.aci", "[Prefix c.d] in \"x\""});
        aci.kind = store::ImageKind::kAci;
        CHECK(store::check_accepted(aci, policy("[Prefix c.d]\nAccept=unsigned\n"
                                                "[Prefix docker.io]\nAccept=unsigned\n")));
        CHECK_FALSE(store::check_accepted(aci, policy("[Prefix c.d]\nAccept=unsigned\n")));
        CHECK_FALSE(store::check_accepted(aci, policy("[Prefix docker.io]\nAccept=unsigned\n")));
    }

    TEST_CASE("an image that a rule let in needs one that still does") {
        struct Row {
            const char* policy;
            bool accepted;
        };
        const Row rows[] = {
            {"[Prefix docker.io]\nAccept=unsigned\n", true},
            {"[Prefix docker.io/library/nginx]\nAccept=unsigned\n", true},
            {"", false},
            {"[Prefix docker.io]\nAccept=pinned\n", false},
            {"[Prefix docker.io]\nAccept=unsigned\n[Prefix docker.io/library]\nAccept=none\n",
             false},
            {"[Prefix quay.io]\nAccept=unsigned\n", false},
        };
        for (const Row& row : rows) {
            CAPTURE(row.policy);
            const auto done = store::check_accepted(image(kByRule), policy(row.policy));
            CHECK(done.has_value() == row.accepted);
            if (done) continue;
            CHECK(done.error().code() == base::ErrorCode::kUntrusted);
            CHECK(done.error().message() ==
                  "image \"docker.io/library/nginx\" was accepted unsigned by [Prefix docker.io] "
                  "in \"/etc/podd/policy.d/x.conf\", which does not hold any more; to accept these "
                  "very bytes, run 'podctl fetch docker://docker.io/library/nginx@sha256:ab'");
        }
    }

    TEST_CASE("a file that was fetched needs a rule for its place, and none against its name") {
        struct Row {
            const char* policy;
            const char* says;
        };
        const Row rows[] = {
            {"[Prefix /srv]\nAccept=unsigned\n", ""},
            {"[Prefix /srv]\nAccept=unsigned\n[Prefix docker.io]\nAccept=unsigned\n", ""},
            {"[Prefix /srv]\nAccept=unsigned\n[Prefix docker.io]\nAccept=pinned\n",
             "is unsigned, which [Prefix docker.io]"},
            {"[Prefix /srv]\nAccept=unsigned\n[Prefix docker.io]\nAccept=none\n",
             "is unsigned, which [Prefix docker.io]"},
            {"[Prefix /srv]\nAccept=pinned\n", "podctl import '/srv/x y.tar'"},
            {"[Prefix docker.io]\nAccept=unsigned\n", "podctl import '/srv/x y.tar'"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.policy);
            const store::Verification verification{"policy", "uid 0", "/srv/x y.tar",
                                                   "[Prefix /srv]"};
            for (const auto kind : {store::ImageKind::kOci, store::ImageKind::kAci}) {
                auto file = image(verification);
                file.kind = kind;
                const auto done = store::check_accepted(file, policy(row.policy));
                const std::string says = row.says;
                CHECK(done.has_value() == says.empty());
                if (done) continue;
                CHECK(done.error().code() == base::ErrorCode::kUntrusted);
                CHECK_MESSAGE(done.error().message().find(says) != std::string::npos,
                              done.error().message());
            }
        }
        const auto pinned = image({"pinned", "uid 0", "/srv/x y.tar@sha256:ab"});
        CHECK(store::check_accepted(pinned, policy("[Prefix /srv]\nAccept=unsigned\n")));
        CHECK_FALSE(store::check_accepted(pinned, policy("[Prefix /srv]\nAccept=none\n")));
        const auto wants_more =
            store::check_accepted(pinned, policy("[Prefix /srv]\nAccept=signed\n"));
        REQUIRE_FALSE(wants_more);
        CHECK(wants_more.error().message().find("docker://") == std::string::npos);
    }

    TEST_CASE("what somebody vouched for needs no rule; a kind that is not known is refused") {
        const auto none = policy("[Prefix docker.io]\nAccept=none\n");
        CHECK(store::check_accepted(image({"import", "uid 0"}), none));
        CHECK(store::check_accepted(image({"import", "uid 0"})));
        const auto odd = store::check_accepted(image({"signed", "uid 0"}));
        REQUIRE_FALSE(odd);
        CHECK(odd.error().code() == base::ErrorCode::kUntrusted);
    }

    TEST_CASE(
        "an image that was asked for by its digest goes when a rule refuses it or wants more") {
        struct Row {
            const char* policy;
            const char* says;
        };
        const Row rows[] = {
            {"", ""},
            {"[Prefix docker.io]\nAccept=pinned\n", ""},
            {"[Prefix docker.io]\nAccept=unsigned\n", ""},
            {"[Prefix quay.io]\nAccept=none\n", ""},
            {"[Prefix docker.io]\nAccept=none\n",
             "image \"docker.io/library/nginx\" is refused by [Prefix docker.io]"},
            {"[Prefix docker.io]\nAccept=signed\n",
             "podctl fetch --pull-policy=always docker://docker.io/library/nginx@sha256:ab"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.policy);
            const auto done = store::check_accepted(
                image({"pinned", "uid 0", "docker.io/library/nginx@sha256:ab"}),
                policy(row.policy));
            const std::string says = row.says;
            CHECK(done.has_value() == says.empty());
            if (done) continue;
            CHECK(done.error().code() == base::ErrorCode::kUntrusted);
            CHECK_MESSAGE(done.error().message().find(says) != std::string::npos,
                          done.error().message());
        }
    }

    TEST_CASE("a rule that refuses a name refuses an ACI of it that was fetched, signed or not") {
        const std::string key(40, 'f');
        auto aci = image({"signed", key});
        aci.kind = store::ImageKind::kAci;
        const auto none = policy("[Prefix docker.io]\nAccept=none\n");
        const auto imported = store::check_accepted(aci, none);
        REQUIRE_FALSE(imported);  // for want of the key alone
        CHECK(imported.error().message().find("refused by") == std::string::npos);
        aci.origins.push_back({"docker.io/library/nginx", "https://c.d/x.aci", "", 0, 0});
        const auto fetched = store::check_accepted(aci, none);
        REQUIRE_FALSE(fetched);
        CHECK(fetched.error().message().find("refused by") != std::string::npos);
    }

    TEST_CASE("an image with a signature needs rule and key, unless less is asked for today") {
        const std::string key(40, 'f');
        const std::string name = "docker.io/library/nginx";
        const std::string rule = R"([Prefix docker.io] in "/etc/podd/policy.d/x.conf")";
        const store::Verification by_tag{"signed", key, name, rule};
        const store::Verification by_digest{"signed", key, name + "@sha256:ab", rule};
        struct Row {
            const char* policy;
            bool tag;
            bool digest;
            const char* says;
        };
        const Row rows[] = {
            {"[Prefix docker.io]\nAccept=unsigned\n", true, true, ""},
            {"", false, true, "was accepted with a signature by [Prefix docker.io]"},
            {"[Prefix docker.io]\nAccept=pinned\n", false, true, "was accepted with a signature"},
            {"[Prefix docker.io]\nAccept=none\n", false, false, "was accepted with a signature"},
            // No key of that name is trusted on any machine.
            {"[Prefix docker.io]\nAccept=signed\n", false, false, "is signed by key ffff"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.policy);
            for (const auto& [verification, accepted] :
                 {std::pair{by_tag, row.tag}, std::pair{by_digest, row.digest}}) {
                const auto done = store::check_accepted(image(verification), policy(row.policy));
                CHECK(done.has_value() == accepted);
                if (done) continue;
                CHECK(done.error().code() == base::ErrorCode::kUntrusted);
                CHECK_MESSAGE(done.error().message().find(row.says) != std::string::npos,
                              done.error().message());
            }
        }
        // That of an ACI is good for its name, whatever rules there are.
        CHECK_FALSE(store::check_accepted(image({"signed", key}), policy("")));
    }

    TEST_CASE("the second coming of an image never makes it worse") {
        const store::Verification imported{"import", "uid 0"};
        const store::Verification pinned{"pinned", "uid 0", "x@sha256:ab"};
        CHECK(store::stronger(imported, kByRule) == imported);
        CHECK(store::stronger(pinned, kByRule) == pinned);
        CHECK(store::stronger(kByRule, pinned) == pinned);
        CHECK(store::stronger(kByRule, imported) == imported);
        const store::Verification by_tag{"signed", "f", "x", "r"};
        const store::Verification both{"signed", "f", "x@sha256:ab", "r"};
        const store::Verification elsewhere{"signed", "f", "y", "r"};
        CHECK(store::stronger(pinned, by_tag) == both);
        CHECK(store::stronger(pinned, elsewhere) == pinned);
        CHECK(store::stronger(imported, by_tag) == imported);
        auto other_rule = kByRule;
        other_rule.rule = "another";
        CHECK(store::stronger(kByRule, other_rule) == other_rule);
    }
}
