// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/dependencies.h"

#include <map>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;  // NOLINT
using store::Part;

namespace {

struct Image {
    std::vector<std::string> dependencies{};
    std::vector<std::string> whitelist{};
};
using Images = std::map<std::string, Image>;
using Kept = std::optional<std::vector<std::string>>;

schema::AcIdentifier identifier(const std::string& name) {
    return schema::AcIdentifier::parse(name).value();
}

store::ImageRecord record(const Images& images, const std::string& name) {
    schema::ImageManifest manifest{.name = identifier(name)};
    for (const auto& dependency : images.at(name).dependencies)
        manifest.dependencies.push_back({.image_name = identifier(dependency)});
    manifest.path_whitelist = images.at(name).whitelist;
    return {.id = name,  // names serve as ids here
            .kind = store::ImageKind::kAci,
            .manifest = std::move(manifest),
            .trees = {},
            .blobs = {},
            .verification = {}};
}

base::Result<std::vector<Part>> parts(const Images& images, const std::string& top) {
    const auto find =
        [&](const schema::Dependency& dependency) -> base::Result<store::ImageRecord> {
        if (!images.contains(dependency.image_name.str()))
            return base::Error{base::ErrorCode::kNotFound, "nowhere"};
        return record(images, dependency.image_name.str());
    };
    return store::parts_of(top, record(images, top).manifest, find);
}

std::string error(const Images& images, const std::string& top) {
    const auto result = parts(images, top);
    return result ? "no error" : result.error().message();
}

Images chain(std::size_t length) {
    Images images;
    for (std::size_t i = 0; i < length; ++i)
        images[fmt::format("i{}", i)] = {i + 1 < length ? std::vector{fmt::format("i{}", i + 1)}
                                                        : std::vector<std::string>{}};
    return images;
}

}  // namespace

TEST_SUITE("store/dependencies") {
    TEST_CASE("parts stand in the order of extraction") {
        struct Case {
            Images images;
            std::vector<Part> expected;
        };
        const Case cases[] = {
            {{{"a", {}}}, {{"a"}}},
            {{{"a", {{"b", "c"}}}, {"b", {}}, {"c", {{"d"}}}, {"d", {}}},
             {{"b"}, {"d"}, {"c"}, {"a"}}},
            // D, B, D, C, A: the first D decides nothing.
            {{{"a", {{"b", "c"}}}, {"b", {{"d"}}}, {"c", {{"d"}}}, {"d", {}}},
             {{"b"}, {"d"}, {"c"}, {"a"}}},
            {{{"a", {{"b", "b"}}}, {"b", {}}}, {{"b"}, {"a"}}},
            // Filtered in two ways it stays twice.
            {{{"a", {{"b", "c"}}}, {"b", {{"d"}, {"/x"}}}, {"c", {{"d"}}}, {"d", {}}},
             {{"d", Kept{{"x"}}}, {"b", Kept{{"x"}}}, {"d"}, {"c"}, {"a"}}},
        };
        for (const auto& one : cases) {
            const auto found = parts(one.images, "a");
            REQUIRE(found);
            CHECK(*found == one.expected);
        }
    }

    TEST_CASE("a path must be in every list on the way to an image") {
        using Paths = std::vector<std::string>;
        struct Case {
            const char* what;
            Paths a, b, c;
            Kept kept_a, kept_b, kept_c;
        };
        const Case cases[] = {
            {"no list", {}, {}, {}, {}, {}, {}},
            {"only the top has one", {"/x"}, {}, {}, Kept{{"x"}}, Kept{{"x"}}, Kept{{"x"}}},
            {"it applies downwards only", {}, {"/x"}, {}, {}, Kept{{"x"}}, Kept{{"x"}}},
            {"at the end", {}, {}, {"/x"}, {}, {}, Kept{{"x"}}},
            {"both", {"/x", "/y"}, {"/y", "/z"}, {}, Kept{{"x", "y"}}, Kept{{"y"}}, Kept{{"y"}}},
            {"nothing in common", {"/x"}, {}, {"/y"}, Kept{{"x"}}, Kept{{"x"}}, Kept{Paths{}}},
            {"written otherwise",
             {"/d//x/"},
             {"d/./x"},
             {},
             Kept{{"d/x"}},
             Kept{{"d/x"}},
             Kept{{"d/x"}}},
        };
        for (const auto& one : cases) {
            CAPTURE(one.what);
            const auto found =
                parts({{"a", {{"b"}, one.a}}, {"b", {{"c"}, one.b}}, {"c", {{}, one.c}}}, "a");
            REQUIRE(found);
            CHECK(*found ==
                  std::vector<Part>{{"c", one.kept_c}, {"b", one.kept_b}, {"a", one.kept_a}});
        }
    }

    TEST_CASE("a list beside the way does not matter") {
        const auto found =
            parts({{"a", {{"b", "c"}}}, {"b", {{}, {"/x"}}}, {"c", {{"e"}}}, {"e", {}}}, "a");
        REQUIRE(found);
        CHECK(*found == std::vector<Part>{{"b", Kept{{"x"}}}, {"e"}, {"c"}, {"a"}});
    }

    TEST_CASE("whitelists are compared by what they mean") {
        using Paths = std::vector<std::string>;
        CHECK(store::clean_paths({"/b", "a/", "/a", "//a/./c//", "/"}) ==
              Paths{"", "a", "a/c", "b"});
        CHECK(store::clean_paths({std::string("a\0b", 3)}) == Paths{});
    }

    TEST_CASE("what cannot be resolved is said with the image that wants it") {
        CHECK(error({{"a", {{"b"}}}, {"b", {{"c"}}}}, "a") ==
              "image \"b\" depends on \"c\": nowhere");
        CHECK(error({{"a", {{"b"}}}, {"b", {{"a"}}}}, "a") == "image \"a\" (a) depends on itself");
        CHECK(error({{"a", {{"a"}}}}, "a") == "image \"a\" (a) depends on itself");
    }

    TEST_CASE("depth and number are limited") {
        const auto deepest = parts(chain(store::kMaxDependencyDepth + 1), "i0");
        REQUIRE(deepest);
        CHECK(deepest->size() == store::kMaxDependencyDepth + 1);
        CHECK(error(chain(store::kMaxDependencyDepth + 2), "i0") ==
              "image \"i65\" is more than 64 dependencies deep");

        Images many{{"a", {}}, {"b", {}}};
        many["a"].dependencies.assign(store::kMaxDependencies, "b");
        CHECK(parts(many, "a"));
        many["a"].dependencies.emplace_back("b");
        CHECK(error(many, "a") == "image \"b\" is one of more than 256 dependencies");

        // Few images, and 2^20 ways through them.
        Images ladder;
        for (int i = 0; i < 20; ++i)
            ladder[fmt::format("i{}", i)] = {
                {fmt::format("i{}", i + 1), fmt::format("i{}", i + 1)}};
        ladder["i20"] = {};
        CHECK(error(ladder, "i0").ends_with("is one of more than 256 dependencies"));
    }
}
