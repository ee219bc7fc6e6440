// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/aci_plan.h"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "base/json.h"
#include "daemon/fetch_folder.h"
#include "daemon/worker_service.h"

using namespace podd;

namespace {

const std::string kId = "sha512-" + std::string(128, 'a');

trust::Policy policy(const std::string& text = {}) {
    const auto sections = base::parse_config(text);
    REQUIRE(sections);
    const auto result = trust::Policy::from_files({{"/etc/podd/policy.d/x.conf", *sections}});
    REQUIRE(result);
    return *result;
}

schema::FetchReference reference(const std::string& text) {
    auto parsed = schema::parse_fetch_reference(text);
    REQUIRE(parsed);
    return *parsed;
}

schema::ImageManifest manifest(const std::string& members) {
    auto parsed = schema::ImageManifest::parse(
        R"({"acKind":"ImageManifest","acVersion":"0.8.11",)" + members + "}");
    REQUIRE(parsed);
    return *parsed;
}

schema::Dependency dependency(const std::string& members) {
    return manifest(R"("name":"a.b/top","dependencies":[{)" + members + "}]").dependencies.front();
}

daemon::AciSet set_of(const std::string& word, const trust::Policy& rules,
                      const std::string& arch = "amd64") {
    const auto plan = daemon::plan_aci(reference(word), "", rules, 7);
    REQUIRE(plan);
    return {*plan, rules, 7, arch};
}

void has_come(daemon::AciSet& set, std::size_t number, const std::string& name) {
    set.at(number).fetched =
        daemon::FetchedAci{.url = "https://a.b/" + std::to_string(number), .etag = "\"e\""};
    REQUIRE(set.take_manifest(number, manifest(R"("name":")" + name + "\"")));
}

store::ImageRecord image(const std::string& id, const std::string& members,
                         std::uint64_t imported) {
    return {.id = id,
            .manifest = manifest(members),
            .trees = {},
            .blobs = {},
            .imported_usec = imported,
            .verification = {}};
}

constexpr const char* kUnsigned = "[Prefix a.b]\nAccept=unsigned\n";

}  // namespace

TEST_SUITE("daemon/aci_plan") {
    TEST_CASE("rules are about the name, or about the place a URL is at") {
        struct Row {
            const char* reference;
            const char* policy;
            const char* refused;  // nullptr: it is fetched
            bool is_unsigned;
            bool http;
        };
        const Row rows[] = {
            {"a.b/app", "", nullptr, false, false},
            {"a.b/app", kUnsigned, nullptr, true, false},
            {"a.b/app", "[Prefix a.b]\nAccept=none\n", "is refused by [Prefix a.b]", false, false},
            {"a.b/app", "[Prefix a.b]\nAccept=pinned\nAllowHttp=yes\n", nullptr, false, true},
            {"https://a.b/x/App.aci", kUnsigned, nullptr, true, false},
            {"https://c.d/x.aci", kUnsigned, nullptr, false, false},
            {"https://a.b:8443/x.aci", kUnsigned, nullptr, false, false},
            {"http://a.b/x.aci", kUnsigned, "without TLS", false, false},
            {"http://a.b/x.aci", "[Prefix a.b]\nAccept=unsigned\nAllowHttp=no\n", "without TLS",
             false, false},
            {"http://a.b/x.aci", "[Prefix a.b]\nAccept=unsigned\nAllowHttp=yes\n", nullptr, true,
             true},
        };
        for (const Row& row : rows) {
            CAPTURE(row.reference);
            CAPTURE(row.policy);
            const auto plan = daemon::plan_aci(reference(row.reference), "", policy(row.policy), 7);
            REQUIRE(plan.has_value() == (row.refused == nullptr));
            if (!plan) {
                CHECK(plan.error().code() == base::ErrorCode::kUntrusted);
                CHECK(plan.error().message().find(row.refused) != std::string::npos);
                continue;
            }
            CHECK(plan->unsigned_by.has_value() == row.is_unsigned);
            CHECK(plan->allow_http == row.http);
        }
        // Nothing that is kept or shown of it holds what may be a secret.
        const auto secret =
            daemon::plan_aci(reference("https://a.b/x.aci?sig=s3cret"), "", policy(kUnsigned), 7);
        REQUIRE(secret);
        CHECK(secret->fetcher_word() == "https://a.b/x.aci?sig=s3cret");
        CHECK(secret->reference.starts_with("https://a.b/x.aci?~"));
        CHECK(secret->unsigned_by->reference == "a.b/x.aci");
        // Whoever names a signature wants it checked.
        const auto plan =
            daemon::plan_aci(reference("a.b/app"), "https://a.b/app.asc", policy(kUnsigned), 7);
        REQUIRE(plan);
        CHECK_FALSE(plan->unsigned_by);
        CHECK_FALSE(daemon::plan_aci(reference("a.b/app"), "http://a.b/app.asc", policy(), 7));
    }

    TEST_CASE("what came must be what was asked for") {
        struct Row {
            const char* asked;
            const char* found;
            const char* refused;  // nullptr: it is taken
        };
        const Row rows[] = {
            {"a.b/app", R"("name":"a.b/app")", nullptr},
            {"a.b/app", R"("name":"a.b/other")", "the image that came is \"a.b/other\""},
            {"a.b/app:1", R"("name":"a.b/app","labels":[{"name":"version","value":"1"}])", nullptr},
            {"a.b/app:1", R"("name":"a.b/app")", "no label version=1"},
            {"a.b/app:1", R"("name":"a.b/app","labels":[{"name":"version","value":"2"}])",
             "no label version=1"},
            {"a.b/app",
             R"("name":"a.b/app","labels":[{"name":"os","value":"linux"},{"name":"arch","value":"aarch64"}])",
             "for another machine"},
            {"a.b/app,arch=aarch64",
             R"("name":"a.b/app","labels":[{"name":"os","value":"linux"},{"name":"arch","value":"aarch64"}])",
             nullptr},
            {"https://a.b/x.aci", R"("name":"a.b/app")", nullptr},
            {"https://a.b/x.aci", R"("name":"c.d/app")", "no rule accepts that name so"},
        };
        for (const Row& row : rows) {
            CAPTURE(row.asked);
            CAPTURE(row.found);
            auto set = set_of(row.asked, policy(kUnsigned));
            const auto taken = set.take_manifest(0, manifest(row.found));
            REQUIRE(taken.has_value() == (row.refused == nullptr));
            if (taken) continue;
            CHECK(taken.error().code() == base::ErrorCode::kUntrusted);
            CHECK(taken.error().message().find(row.refused) != std::string::npos);
        }
    }

    TEST_CASE("nothing is taken without a signature or a rule, and no key is good for all names") {
        auto set = set_of("a.b/app", policy());
        CHECK_FALSE(set.take_manifest(0, manifest(R"("name":"a.b/app")")));
        set.at(0).signature = daemon::GoodSignature{std::string(40, 'b'), "00"};
        const auto taken = set.take_manifest(0, manifest(R"("name":"a.b/app")"));
        REQUIRE_FALSE(taken);
        CHECK(taken.error().message().find("is not trusted for that name") != std::string::npos);
        CHECK_FALSE(set.import_options());
        auto refused = set_of("https://c.d/x.aci",
                              policy("[Prefix c.d]\nAccept=unsigned\n[Prefix a.b]\nAccept=none\n"));
        CHECK_FALSE(refused.take_manifest(0, manifest(R"("name":"a.b/app")")));
    }

    TEST_CASE(
        "images are imported after those that they need, with what is to be checked of them") {
        auto set = set_of("a.b/top:1", policy(kUnsigned));
        set.at(0).fetched =
            daemon::FetchedAci{.url = "https://a.b/0", .etag = "\"e\"", .max_age = 5};
        REQUIRE(set.take_manifest(
            0, manifest(R"("name":"a.b/top","labels":[{"name":"version","value":"1"}])")));
        REQUIRE(set.add_dependency(
            0, dependency(R"("imageName":"a.b/mid","imageID":")" + kId + R"(","size":9)")));
        REQUIRE(set.add_dependency(0, dependency(R"("imageName":"a.b/base")")));
        has_come(set, 1, "a.b/mid");
        REQUIRE(set.add_dependency(1, dependency(R"("imageName":"a.b/base")")));
        REQUIRE(set.size() == 3);
        has_come(set, 2, "a.b/base");
        const auto options = set.import_options();
        REQUIRE(options);
        const auto json = base::Json::parse(*options);
        REQUIRE(json);
        std::vector<std::string> names;
        for (const auto& each : *json->as_array())
            names.push_back(*each.find("wanted")->find("name")->as_string());
        CHECK(names == std::vector<std::string>{"a.b/base", "a.b/mid", "a.b/top"});
        CHECK((*json->as_array())[1].find("wanted")->str() ==
              R"({"name":"a.b/mid","labels":[],"host":[{"name":"os","value":"linux"},)"
              R"({"name":"arch","value":"amd64"}],"id":")" +
                  kId + R"(","size":9})");
        CHECK(
            (*json->as_array())[2].str() ==
            R"({"folder":"aci+a.b_2ftop_3a1","by":"uid 7","verification":{"kind":"policy",)"
            R"("reference":"a.b/top","rule":"[Prefix a.b] in \"/etc/podd/policy.d/x.conf\""},)"
            R"("wanted":{"name":"a.b/top","labels":[{"name":"version","value":"1"}],)"
            R"("host":[{"name":"os","value":"linux"},{"name":"arch","value":"amd64"}]},)"
            R"("origin":{"reference":"a.b/top:1","url":"https://a.b/0","etag":"\"e\"","maxAge":5}})");
        CHECK(
            set.renew_options() ==
            R"({"origin":{"reference":"a.b/top:1","url":"https://a.b/0","etag":"\"e\"","maxAge":5}})");
    }

    TEST_CASE("circles, depth, number and contradicting ids are errors") {
        auto circle = set_of("a.b/top", policy(kUnsigned));
        has_come(circle, 0, "a.b/top");
        REQUIRE(circle.add_dependency(0, dependency(R"("imageName":"a.b/mid")")));
        has_come(circle, 1, "a.b/mid");
        REQUIRE(circle.add_dependency(1, dependency(R"("imageName":"a.b/top")")));
        CHECK(circle.size() == 2);
        const auto options = circle.import_options();
        REQUIRE_FALSE(options);
        CHECK(options.error().message() == "image \"a.b/top\" depends on itself");

        auto many = set_of("a.b/top", policy(kUnsigned));
        for (std::size_t i = 1; i < daemon::kMaxFetchedAcis; ++i)
            REQUIRE(many.add_dependency(
                i - 1, dependency(R"("imageName":"a.b/n)" + std::to_string(i) + "\"")));
        CHECK_FALSE(many.add_dependency(0, dependency(R"("imageName":"a.b/last")")));
        CHECK(many.add_dependency(0, dependency(R"("imageName":"a.b/n1")")));

        auto two = set_of("a.b/top", policy(kUnsigned));
        REQUIRE(two.add_dependency(0, dependency(R"("imageName":"a.b/x","imageID":"sha512-)" +
                                                 std::string(64, 'a') + "\"")));
        CHECK(two.add_dependency(0, dependency(R"("imageName":"a.b/x","imageID":")" + kId + "\"")));
        CHECK(two.at(1).id == kId);
        const auto other = two.add_dependency(
            0,
            dependency(R"("imageName":"a.b/x","imageID":"sha512-)" + std::string(64, 'b') + "\""));
        REQUIRE_FALSE(other);
        CHECK(other.error().message().find("is wanted both as") != std::string::npos);
    }

    TEST_CASE("a dependency's labels are a stranger's words") {
        for (const char* label :
             {R"({"name":"version","value":"1,arch=x"})", R"({"name":"x","value":"a:b"})",
              R"({"name":"version","value":"../../x"})"}) {
            CAPTURE(label);
            CHECK_FALSE(daemon::plan_dependency(
                dependency(R"("imageName":"a.b/x","labels":[)" + std::string{label} + "]"),
                policy(kUnsigned), 7));
        }
        CHECK_FALSE(daemon::plan_dependency(dependency(R"("imageName":"local")"), policy(), 7));
        const auto latest = daemon::plan_dependency(
            dependency(R"("imageName":"a.b/x","labels":[{"name":"version","value":""}])"), policy(),
            7);
        REQUIRE(latest);
        CHECK(latest->fetcher_word() == "appc:a.b/x");
    }

    TEST_CASE("when the store's image is taken, and when its server is asked") {
        const auto fine = [](const store::ImageRecord&) -> base::Result<> { return {}; };
        const auto gone = [](const store::ImageRecord&) -> base::Result<> {
            return base::Error{base::ErrorCode::kUntrusted, "no"};
        };
        auto old = image("sha512-1", R"("name":"a.b/app")", 1);
        auto newer = image("sha512-2", R"("name":"a.b/app")", 2);
        newer.origins.push_back({"a.b/app", "https://a.b/2", "\"e\"", 10, 1'000'000});
        const std::vector<store::ImageRecord> images{newer, old};
        const auto asked = reference("a.b/app");
        using daemon::PullPolicy;
        const auto stored = [&](PullPolicy pull, std::uint64_t now, const auto& check) {
            const auto result = daemon::stored_aci(images, asked, pull, now, check);
            REQUIRE(result);
            return *result;
        };
        CHECK(stored(PullPolicy::kMissing, 0, fine).take->id == "sha512-2");
        CHECK(stored(PullPolicy::kNever, 0, fine).take->id == "sha512-2");
        CHECK(stored(PullPolicy::kAlways, 10'999'999, fine).take->id == "sha512-2");
        const auto stale = stored(PullPolicy::kAlways, 11'000'000, fine);
        CHECK_FALSE(stale.take);
        REQUIRE(stale.known);
        CHECK(stale.known->etag == "\"e\"");
        // A clock that was set back makes nothing fresh.
        CHECK(stored(PullPolicy::kAlways, 999'999, fine).known);
        for (const auto pull : {PullPolicy::kMissing, PullPolicy::kAlways}) {
            CHECK_FALSE(stored(pull, 0, gone).take);
            CHECK_FALSE(stored(pull, 0, gone).known);
        }
        CHECK(daemon::stored_aci(images, asked, PullPolicy::kNever, 0, gone).error().code() ==
              base::ErrorCode::kUntrusted);
        CHECK(daemon::stored_aci(images, reference("a.b/x"), PullPolicy::kNever, 0, fine)
                  .error()
                  .code() == base::ErrorCode::kNotFound);
        const auto by_url = daemon::stored_aci(images, reference("https://a.b/x.aci"),
                                               PullPolicy::kMissing, 0, fine);
        REQUIRE(by_url);
        CHECK_FALSE(by_url->take);
    }

    TEST_CASE("every reference has a folder of its own, none in that of another") {
        std::set<std::string> folders;
        for (const auto& word :
             {std::string{"a.b/app"}, std::string{"a.b/app:1"}, std::string{"a.b/app:1,arch=amd64"},
              std::string{"https://a.b/x.aci"}, std::string{"."}, std::string{".."},
              std::string{"../.."}, std::string(200, 'x'), std::string(400, 'x'),
              std::string(401, 'x'), std::string(600, '/'), std::string{"a_2fb"},
              std::string{"a/b"}}) {
            const auto folder = daemon::aci_folder_name(word, word);
            CAPTURE(folder);
            CHECK(folder.starts_with("aci"));
            CHECK(folder.find_first_of(":%\\ \"'") == std::string::npos);
            CHECK(("/" + folder + "/").find("/../") == std::string::npos);
            CHECK(("/" + folder + "/").find("/./") == std::string::npos);
            CHECK(2 * folder.size() < 4000);
            for (const auto& other : folders) {
                CHECK_FALSE((folder + "/").starts_with(other + "/"));
                CHECK_FALSE((other + "/").starts_with(folder + "/"));
            }
            CHECK(folders.insert(folder).second);
        }
    }

    TEST_CASE("the fetcher is told what was asked for and what the policy allows") {
        using ExecEx =
            sdbus::Struct<std::string, std::vector<std::string>, std::vector<std::string>>;
        const auto argv = [](const daemon::AciFetchOrder& order) {
            for (const auto& property : daemon::aci_fetcher_service(order))
                if (std::get<0>(property) == "ExecStartEx")
                    return std::get<1>(std::get<1>(property).get<std::vector<ExecEx>>().front());
            return std::vector<std::string>{};
        };
        CHECK(argv({.source = "appc:a.b/app", .description = "a.b/app", .folder = "f"}) ==
              std::vector<std::string>{"/usr/lib/podd/fetcher", "--reference=appc:a.b/app",
                                       "--directory=/var/cache/f"});
        CHECK(argv({.source = "http://a.b/x.aci",
                    .description = "http://a.b/x.aci",
                    .folder = "f",
                    .signature_url = "https://a.b/x",
                    .max_bytes = 9,
                    .etag = "\"e\"",
                    .allow_http = true,
                    .wants_signature = false}) ==
              std::vector<std::string>{"/usr/lib/podd/fetcher", "--reference=http://a.b/x.aci",
                                       "--directory=/var/cache/f", "--allow-http",
                                       "--signature=https://a.b/x", "--max-bytes=9",
                                       "--if-none-match=\"e\"", "--no-signature"});
        const daemon::AciFetchOrder secret{.source = "https://a.b/x.aci?sig=s3cret",
                                           .description = "https://a.b/x.aci?~1",
                                           .folder = "f",
                                           .signature_url = "https://a.b/x.asc?sig=0ther"};
        CHECK(argv(secret) == std::vector<std::string>{"/usr/lib/podd/fetcher", "--reference=-",
                                                       "--directory=/var/cache/f",
                                                       "--signature=-"});
        CHECK(daemon::input_of(secret) ==
              "https://a.b/x.aci?sig=s3cret\nhttps://a.b/x.asc?sig=0ther\n");
        for (const auto& property : daemon::aci_fetcher_service(secret))
            if (std::get<0>(property) == "Description")
                CHECK(std::get<1>(property).get<std::string>() ==
                      "Fetching of https://a.b/x.aci?~1");
        CHECK(daemon::input_of({.source = "https://a.b/x.aci", .description = "", .folder = ""})
                  .empty());
        CHECK(daemon::key_fetcher_input("https://a.b/k?s=1") == "https://a.b/k?s=1\n");
        CHECK(daemon::key_fetcher_input("a.b/k").empty());
    }
}
