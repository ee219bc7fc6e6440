// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/image_fields.h"

#include <doctest/doctest.h>

using namespace podd;
using namespace podd::podctl;

namespace {

std::vector<ListedImage> three() {
    std::vector<ListedImage> images{{.id = "sha256:a", .name = "example.com/b"},
                                    {.id = "sha256:b", .name = "example.com/a"},
                                    {.id = "sha256:c", .name = "example.com/a"}};
    images[0].labels["version"] = "1";
    images[1].labels["version"] = "3";
    images[2].labels["version"] = "2";
    images[0].size = 30;
    images[0].trees = {{"base", 20}, {"x", 10}};
    images[1].size = 25;
    images[1].trees = {{"base", 20}, {"y", 5}};
    images[2].size = 7;  // of a record that tells no more
    for (std::size_t i = 0; i < images.size(); ++i)
        images[i].used_usec = 3 - i;
    return images;
}

std::string order(std::string_view fields, bool descending) {
    auto images = three();
    const auto sort = image_fields(fields);
    REQUIRE(sort);
    sort_images(images, *sort, descending);
    std::string text;
    for (const auto& image : images)
        text += image.id.back();
    return text;
}

}  // namespace

TEST_SUITE("podctl/image_fields") {
    TEST_CASE("a field has one name, and rkt's as well") {
        for (const char* names : {"id", "name,size", "importtime"})
            CHECK(image_fields(names));
        CHECK(image_fields(kDefaultImageFields));
        CHECK(image_fields("lastused")->front() == image_fields("used")->front());
        for (const char* names : {"", "id,", ",id", "colour", "ID"}) {
            CAPTURE(names);
            const auto fields = image_fields(names);
            REQUIRE_FALSE(fields);
            CHECK(fields.error().message().find("there are id, name, version") !=
                  std::string::npos);
        }
    }

    TEST_CASE("images are sorted by one field, equal ones by the next") {
        CHECK(order("name", false) == "bca");
        CHECK(order("name,version", false) == "cba");
        CHECK(order("name,version", true) == "abc");
        CHECK(order("size", false) == "cba");
        CHECK(order("used", false) == "cba");
        CHECK(order("id", true) == "cba");
    }

    TEST_CASE("a tree that two images have is counted once, and is neither's own") {
        auto images = three();
        CHECK(count_sizes(images) == 20 + 10 + 5 + 7);
        CHECK(images[0].own_size == 10);
        CHECK(images[1].own_size == 5);
        CHECK(images[2].own_size == 7);
        CHECK(images[0].size == 30);
    }

    TEST_CASE("cells say for people what they say for programs") {
        const auto images = three();
        for (const auto* field : all_image_fields()) {
            CAPTURE(field->name);
            const auto cell = field->cell(images[0], true);
            CHECK_FALSE(cell.value.is_null());
        }
        const auto id =
            image_fields("id")->front()->cell({.id = "sha512-0123456789abcdef", .name = ""}, false);
        CHECK(id.text == "sha512-0123456789ab");
        CHECK(*id.value.as_string() == "sha512-0123456789abcdef");
    }
}
