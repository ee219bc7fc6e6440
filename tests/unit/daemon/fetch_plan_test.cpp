// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/fetch_plan.h"

#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "daemon/fetch_folder.h"
#include "daemon/worker_service.h"

using namespace podd;

namespace {

const std::string kDigest = "sha256:" + std::string(64, 'a');

schema::DockerReference reference(const std::string& text) {
    auto parsed = schema::parse_docker_reference("docker://" + text);
    REQUIRE(parsed);
    return *parsed;
}

trust::Policy policy() {
    const auto sections = base::parse_config(
        "[Prefix docker.io/library]\nAccept=unsigned\n[Prefix evil.example]\nAccept=none\n"
        "[Prefix quay.io]\nAccept=signed\n");
    REQUIRE(sections);
    const auto result = trust::Policy::from_files({{"/etc/podd/policy.d/x.conf", *sections}});
    REQUIRE(result);
    return *result;
}

}  // namespace

TEST_CASE("the option PullPolicy, with rkt's words") {
    using Options = std::map<std::string, sdbus::Variant>;
    const std::pair<const char*, daemon::PullPolicy> words[] = {
        {"missing", daemon::PullPolicy::kMissing}, {"new", daemon::PullPolicy::kMissing},
        {"always", daemon::PullPolicy::kAlways},   {"update", daemon::PullPolicy::kAlways},
        {"never", daemon::PullPolicy::kNever},
    };
    for (const auto& [word, wanted] : words)
        CHECK(*daemon::fetch_options({{"PullPolicy", sdbus::Variant{std::string{word}}}}) ==
              wanted);
    CHECK(*daemon::fetch_options({}) == daemon::PullPolicy::kMissing);
    const std::pair<Options, const char*> bad[] = {
        {{{"PullPolicy", sdbus::Variant{std::string{"Always"}}}},
         "wanted missing, always or never"},
        {{{"PullPolicy", sdbus::Variant{std::string{}}}}, "wanted missing, always or never"},
        {{{"PullPolicy", sdbus::Variant{true}}}, "option PullPolicy"},
        {{{"pullpolicy", sdbus::Variant{std::string{"never"}}}}, "is not known"},
    };
    for (const auto& [options, says] : bad) {
        const auto result = daemon::fetch_options(options);
        CAPTURE(says);
        REQUIRE_FALSE(result);
        CHECK(result.error().code() == base::ErrorCode::kInvalidArgument);
        CHECK(result.error().message().find(says) != std::string::npos);
    }
}

TEST_CASE("a plan says why the image is accepted, and the importer is told so") {
    struct Row {
        std::string reference;
        std::string options;  // of the importer; empty: no digest, so nothing is imported
    };
    const Row rows[] = {
        {"nginx:1",
         R"({"registry":true,"by":"uid 7","name":"docker.io/library/nginx","labels":[{"name":"version","value":"1"}],)"
         R"("verification":{"kind":"policy","reference":"docker.io/library/nginx",)"
         R"("rule":"[Prefix docker.io/library] in \"/etc/podd/policy.d/x.conf\""}})"},
        {"nginx@" + kDigest,
         R"({"registry":true,"by":"uid 7","name":"docker.io/library/nginx","labels":[],)"
         R"("verification":{"kind":"pinned","reference":"docker.io/library/nginx@)" +
             kDigest + R"("},"digest":")" + kDigest + R"("})"},
        {"localhost:5000/web:2@" + kDigest,
         R"({"registry":true,"by":"uid 7","name":"localhost_5000/web","labels":[{"name":"version","value":"2"}],)"
         R"("verification":{"kind":"pinned","reference":"localhost:5000/web@)" +
             kDigest + R"("},"digest":")" + kDigest + R"("})"},
        {"localhost:5000/web", ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.reference);
        const auto plan = daemon::plan_fetch(reference(row.reference), policy(), 7);
        REQUIRE(plan);
        const auto options = daemon::fetched_options(*plan);
        CHECK(plan->verification.has_value() == !row.options.empty());
        REQUIRE(options.has_value() == !row.options.empty());
        if (options)
            CHECK(*options == row.options);
        else
            CHECK(options.error().code() == base::ErrorCode::kUntrusted);
    }
}

TEST_CASE("what must be signed is told to the importer with the signature, and never without") {
    const daemon::SignedDocument document{
        std::string(40, 'f'), schema::Digest::parse("sha256:" + std::string(64, 'b')).value()};
    for (const auto& [name, also] :
         {std::pair{std::string{"quay.io/x:1"}, std::string{}},
          std::pair{"quay.io/x@" + kDigest, R"("digest":")" + kDigest + R"(",)"}}) {
        CAPTURE(name);
        const auto plan = daemon::plan_fetch(reference(name), policy(), 7);
        REQUIRE(plan);
        CHECK(plan->needs_signature());
        CHECK_FALSE(daemon::fetched_options(*plan));
        const auto options = daemon::fetched_options(*plan, document);
        REQUIRE(options);
        CHECK(options->find(R"("kind":"signed","reference":"quay.io/x)") != std::string::npos);
        CHECK(options->ends_with(also + R"("signed":{"fingerprint":")" + std::string(40, 'f') +
                                 R"(","sha256":")" + std::string(64, 'b') + R"("}})"));
    }
    const auto unsigned_plan = daemon::plan_fetch(reference("nginx"), policy(), 7);
    REQUIRE(unsigned_plan);
    CHECK_FALSE(daemon::fetched_options(*unsigned_plan, document));
}

TEST_CASE("a rule may refuse all of a name, also by digest") {
    for (const auto& name : {std::string{"evil.example/x"}, "evil.example/x@" + kDigest}) {
        const auto plan = daemon::plan_fetch(reference(name), policy(), 0);
        REQUIRE_FALSE(plan);
        CHECK(plan.error().code() == base::ErrorCode::kUntrusted);
        CHECK(plan.error().message() ==
              "image \"evil.example/x\" is refused by [Prefix evil.example] in "
              "\"/etc/podd/policy.d/x.conf\"");
    }
    CHECK(
        daemon::plan_fetch(reference("a.b/" + std::string(230, 'x')), policy(), 0).error().code() ==
        base::ErrorCode::kInvalidArgument);
}

TEST_CASE("every reference has a folder of its own, none in that of another") {
    std::set<std::string> folders;
    for (const auto& name :
         std::vector<std::string>{"nginx", "nginx:1", "nginx@" + kDigest, "nginx:1@" + kDigest,
                                  "nginx/latest", "a.b/nginx", "a.b:5/nginx", "[::1]:5/nginx",
                                  "[::15]/nginx", "localhost/a/b", "localhost/a/b/c"}) {
        const auto folder = daemon::image_folder(reference(name).str());
        CAPTURE(folder);
        CHECK(folder.starts_with("podd/fetch/+"));
        CHECK(folder.find('/', std::string{"podd/fetch/"}.size()) == std::string::npos);
        CHECK(folder.find_first_of(":%\\ \"'") == std::string::npos);
        for (const auto& other : folders) {
            CHECK_FALSE((folder + "/").starts_with(other + "/"));
            CHECK_FALSE((other + "/").starts_with(folder + "/"));
        }
        CHECK(folders.insert(folder).second);
    }
}

TEST_CASE("the fetcher is told to stop before the first layer when nothing accepts the image") {
    for (const auto pin : {daemon::Pin::kNotNeeded, daemon::Pin::kRequired, daemon::Pin::kSigned}) {
        using ExecEx =
            sdbus::Struct<std::string, std::vector<std::string>, std::vector<std::string>>;
        std::vector<std::string> argv;
        bool credentials = false;
        std::vector<ExecEx> after;
        std::set<std::string> ends_with;
        for (const auto& property :
             daemon::fetcher_service(reference("nginx"), pin, kDigest, true)) {
            if (std::get<0>(property) == "ExecStartEx")
                argv = std::get<1>(std::get<1>(property).get<std::vector<ExecEx>>().front());
            if (std::get<0>(property) == "ExecStopPostEx")
                after = std::get<1>(property).get<std::vector<ExecEx>>();
            if (std::get<0>(property) == "BindsTo")
                for (const auto& unit : std::get<1>(property).get<std::vector<std::string>>())
                    ends_with.insert(unit);
            credentials = credentials || std::get<0>(property) == "LoadCredential";
        }
        REQUIRE(argv.size() >= 5);
        CHECK(argv[1] == "--reference=docker://docker.io/library/nginx:latest");
        const std::string folder =
            "/var/cache/podd/fetch/+docker_3a_2f_2fdocker.io_2flibrary_2fnginx_3alatest";
        CHECK(argv[2] == "--directory=" + folder);
        CHECK(argv[3] == "--files");
        CHECK(argv[4] == "--known=" + kDigest);
        CHECK(ends_with == std::set<std::string>{"podd.service"});
        // The fetcher itself empties the folder; what has more rights removes an empty one at most.
        REQUIRE(after.size() == 2);
        CHECK(std::get<1>(after[0]) ==
              std::vector<std::string>{"/usr/lib/podd/fetcher", "--tidy", "--directory=" + folder});
        CHECK(std::get<2>(after[0]) == std::vector<std::string>{"ignore-failure", "no-env-expand"});
        CHECK(std::get<1>(after[1]) ==
              std::vector<std::string>{"/usr/bin/nsenter", "--mount=/proc/1/ns/mnt", "rmdir",
                                       "--ignore-fail-on-non-empty", "--", folder});
        CHECK((argv.back() == "--require-digest") == (pin == daemon::Pin::kRequired));
        CHECK((argv.back() == "--signatures") == (pin == daemon::Pin::kSigned));
        CHECK(credentials);
    }
}

TEST_CASE("the fetcher is told which layers of registries the store has") {
    const auto image = [](store::ImageKind kind, std::vector<std::string> blobs) {
        const auto manifest = schema::ImageManifest::parse(
            R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"a.b/c"})");
        REQUIRE(manifest);
        return store::ImageRecord{.id = "x",
                                  .kind = kind,
                                  .manifest = *manifest,
                                  .trees = {},
                                  .blobs = std::move(blobs),
                                  .verification = {}};
    };
    CHECK(daemon::stored_blobs({}).empty());
    CHECK(daemon::stored_blobs({image(store::ImageKind::kOci, {"sha256/b", "sha256/a"}),
                                image(store::ImageKind::kAci, {"sha256/d"}),
                                image(store::ImageKind::kOci, {"sha256/a", "sha256/c"})}) ==
          "sha256:a\nsha256:b\nsha256:c\n");
}
