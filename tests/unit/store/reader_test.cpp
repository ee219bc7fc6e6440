// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/reader.h"

#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "scratch_folder.h"
#include "store/layout.h"
#include "store/record.h"

using namespace podd;  // NOLINT
using store::Reader;

namespace {

// A store folder in the test's own temporary directory.
class StoreDir : public podd::test::ScratchFolder {
public:
    StoreDir() {
        for (const char* sub : {store::kImagesDir, store::kRefsDir, store::kTreesDir})
            REQUIRE(::mkdirat(fd(), sub, 0700) == 0);
    }
    void write(const std::string& name, const std::string& text) const {
        REQUIRE(base::write_file(fd(), name, text, 0600));
    }
};

std::string sha512_id(char digit) {
    return fmt::format("sha512-{}", std::string(128, digit));
}

store::ImageRecord record(const std::string& id, const std::string& version) {
    auto manifest = schema::ImageManifest::parse(
        R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/web","labels":[)"
        R"({"name":"version","value":")" +
        version + R"("}]})");
    REQUIRE(manifest);
    return {.id = id,
            .kind = store::ImageKind::kAci,
            .manifest = std::move(manifest).value(),
            .trees = {id},
            .blobs = {"sha256/" + std::string(64, 'b')},
            .size_bytes = 4096,
            .imported_usec = 17,
            .verification = {"import", "uid 0"}};
}

void add(const StoreDir& dir, const store::ImageRecord& image) {
    dir.write(store::image_file(image.id), store::to_json(image).str(2));
}

schema::Label version(const std::string& value) {
    return {schema::AcIdentifier::parse("version").value(), value};
}

}  // namespace

TEST_SUITE("store/reader") {
    TEST_CASE("which blob a tree comes from is told where every layer has a tree") {
        using store::ImageKind;
        struct Case {
            ImageKind kind;
            std::vector<std::string> blobs;
            std::vector<std::string> trees;
            std::vector<std::pair<std::string, std::string>> layers;
        };
        const std::vector<Case> cases{
            {ImageKind::kOci, {"m", "c", "b1", "b2"}, {"t1", "t2"}, {{"b1", "t1"}, {"b2", "t2"}}},
            {ImageKind::kOci, {"m", "c", "b1", "b2", "b1"}, {"t2", "t1"}, {}},
            {ImageKind::kOci, {"m", "c", "b1", "b2"}, {"t2"}, {}},
            {ImageKind::kOci, {}, {}, {}},
            {ImageKind::kAci, {"b", "b2", "b3"}, {"t"}, {}},
        };
        for (std::size_t number = 0; number < cases.size(); ++number) {
            CAPTURE(number);
            auto image = record(sha512_id('a'), "1");
            image.kind = cases[number].kind;
            image.blobs = cases[number].blobs;
            image.trees = cases[number].trees;
            CHECK(store::layers_of(image) == cases[number].layers);
        }
    }

    TEST_CASE("a record survives being written and read again") {
        const auto image = record(sha512_id('a'), "1");
        const auto again = store::image_record(store::to_json(image));
        REQUIRE(again);
        CHECK(again->id == image.id);
        CHECK(again->manifest == image.manifest);
        CHECK(again->trees == image.trees);
        CHECK(again->blobs == image.blobs);
        CHECK(again->size_bytes == 4096);
        CHECK(again->verification == image.verification);
        auto by_rule = image;
        by_rule.verification = {"policy", "uid 7", "a.b/c", "[Prefix a.b] in \"/x.conf\""};
        const auto ruled = store::image_record(store::to_json(by_rule));
        REQUIRE(ruled);
        CHECK(ruled->verification == by_rule.verification);
    }

    TEST_CASE("what a user's arguments take the place of is kept, and is no more than there is") {
        auto image = record(sha512_id('a'), "1");
        CHECK_FALSE(store::image_record(store::to_json(image))->default_arguments.has_value());
        image.default_arguments = 0;
        CHECK(store::image_record(store::to_json(image))->default_arguments == 0U);
        schema::App app;
        app.exec = {"/srv", "-x"};
        app.user = app.group = "0";
        image.manifest.app = app;
        image.default_arguments = 2;
        CHECK(store::image_record(store::to_json(image))->default_arguments == 2U);
        image.default_arguments = 3;
        const auto lying = store::image_record(store::to_json(image));
        REQUIRE_FALSE(lying);
        CHECK(lying.error().code() == base::ErrorCode::kCorrupt);
    }

    TEST_CASE(
        "the text of a manifest is kept as it came, unless the record would become too large") {
        auto image = record(sha512_id('a'), "1");
        image.manifest_text = "{ \"acKind\":\t\"ImageManifest\",\n \"unknown\": [1.50] }\n";
        CHECK(store::image_record(store::to_json(image))->manifest_text == image.manifest_text);
        image.manifest_text = std::string(std::size_t{1024} * 1024 + 1, ' ');
        CHECK(store::image_record(store::to_json(image))->manifest_text.empty());
    }

    TEST_CASE("open says that nothing was imported when there is no store") {
        const auto reader = Reader::open("/nonexistent/podd");
        REQUIRE_FALSE(reader);
        CHECK(reader.error().code() == base::ErrorCode::kNotFound);
        CHECK(reader.error().message().find("no image was imported yet") != std::string::npos);
    }

    TEST_CASE("by_id finds full ids and unambiguous prefixes") {
        const StoreDir dir;
        add(dir, record(sha512_id('a'), "1"));
        auto second = sha512_id('a');
        second.back() = 'b';
        add(dir, record(second, "2"));
        add(dir, record(sha512_id('c'), "3"));
        const auto reader = Reader::open(dir.path());
        REQUIRE(reader);
        CHECK(reader->by_id(sha512_id('a')));
        CHECK(reader->by_id("sha512-cc").value().id == sha512_id('c'));
        CHECK(reader->by_id(sha512_id('c').substr(0, 71)));  // 64 digits, as rkt wrote them
        const auto ambiguous = reader->by_id("sha512-aaaa");
        REQUIRE_FALSE(ambiguous);
        CHECK(ambiguous.error().code() == base::ErrorCode::kConflict);
        CHECK(ambiguous.error().message().find(second) != std::string::npos);
        for (const char* absent : {"sha512-dd", "sha256:aa"}) {
            CAPTURE(absent);
            CHECK(reader->by_id(absent).error().code() == base::ErrorCode::kNotFound);
        }
        for (const char* bad : {"", "sha512-", "sha512-a", "sha512-AA", "sha512-../../x", "web"}) {
            CAPTURE(bad);
            CHECK(reader->by_id(bad).error().code() == base::ErrorCode::kInvalidArgument);
        }
    }

    TEST_CASE("by_name takes the newest import whose labels are equal") {
        const StoreDir dir;
        add(dir, record(sha512_id('a'), "1"));
        add(dir, record(sha512_id('b'), "2"));
        const store::Ref ref{"example.com/web",
                             {{sha512_id('a'), {version("1")}}, {sha512_id('b'), {version("2")}}}};
        dir.write(store::ref_file("example.com/web"), store::to_json(ref).str());
        const auto reader = Reader::open(dir.path());
        REQUIRE(reader);
        CHECK(reader->by_name("example.com/web", {}).value().id == sha512_id('b'));
        CHECK(reader->by_name("example.com/web", {version("1")}).value().id == sha512_id('a'));
        const auto missing = reader->by_name("example.com/web", {version("3")});
        REQUIRE_FALSE(missing);
        CHECK(missing.error().code() == base::ErrorCode::kNotFound);
        CHECK(missing.error().message() == "no image \"example.com/web\", version=3 in the store");
        CHECK(reader->by_name("../images", {}).error().code() == base::ErrorCode::kNotFound);
    }

    TEST_CASE("a damaged record is named and never half used") {
        const StoreDir dir;
        const auto id = sha512_id('a');
        const auto reader = Reader::open(dir.path());
        REQUIRE(reader);
        for (const char* text :
             {"", "{", "[]", "{\"version\":1}", "{\"version\":1,\"trees\":[\"../../etc\"]}"}) {
            CAPTURE(text);
            dir.write(store::image_file(id), text);
            const auto image = reader->by_id(id);
            REQUIRE_FALSE(image);
            CHECK(image.error().code() == base::ErrorCode::kCorrupt);
            CHECK(image.error().message().find(id) != std::string::npos);
        }
        dir.write(store::image_file(id), "{\"version\":2}");
        CHECK(reader->by_id(id).error().code() == base::ErrorCode::kUnsupported);
    }

    TEST_CASE("A13: names that look like temporary files never meet one") {
        const StoreDir dir;
        CHECK(store::ref_file("a/b") == "refs/a%b");
        CHECK(store::ref_file("a/b") != store::ref_file("a-b"));
        // What write_file() leaves behind begins with a dot, which no identifier and no id does.
        for (const char* name : {".#web.0123", "images/.#x", "Web", "wéb"})
            CHECK_FALSE(schema::AcIdentifier::parse(name));
        dir.write("images/.#" + sha512_id('a') + ".json.0123456789abcdef", "half a file");
        const auto reader = Reader::open(dir.path());
        REQUIRE(reader);
        CHECK(reader->list().value().empty());
    }
}
