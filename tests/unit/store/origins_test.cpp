// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/origins.h"

#include <string>

#include <doctest/doctest.h>

#include "base/json.h"
#include "store/record.h"

using namespace podd;  // NOLINT
using store::Origin;

TEST_SUITE("store/origins") {
    TEST_CASE("of one reference only the last answer counts, and only so many are kept") {
        auto origins = store::merge_origins({{"a", "u1", "e1", 1, 1}, {"b", "u2", "", 0, 2}},
                                            {{"a", "u3", "e3", 3, 3}});
        REQUIRE(origins.size() == 2);
        CHECK(origins[0] == Origin{"b", "u2", "", 0, 2});
        CHECK(origins[1] == Origin{"a", "u3", "e3", 3, 3});
        for (int i = 0; i < 100; ++i)
            origins = store::merge_origins(origins, {{std::to_string(i), "u", "", 0, 4}});
        CHECK(origins.size() == store::kMaxOrigins);
        CHECK(origins.back().reference == "99");
    }

    TEST_CASE("a record keeps them; one without is one of before") {
        const auto manifest = schema::ImageManifest::parse(
            R"({"acKind":"ImageManifest","acVersion":"0.8.11","name":"a.b/c"})");
        REQUIRE(manifest);
        store::ImageRecord record{.id = "sha512-" + std::string(128, 'a'),
                                  .manifest = *manifest,
                                  .trees = {},
                                  .blobs = {},
                                  .verification = {"import", "uid 0"}};
        CHECK(store::to_json(record).find("origins") == nullptr);
        record.origins.push_back({"a.b/c:1", "https://a.b/c.aci", "\"e\"", 60, 7});
        const auto read = store::image_record(store::to_json(record));
        REQUIRE(read);
        CHECK(read->origins == record.origins);
        for (const char* bad :
             {R"([{}])", R"({})", R"([{"reference":"a","url":"b","etag":"c"}])"}) {
            auto broken = store::to_json(record);
            std::erase_if(*broken.as_object(),
                          [](const auto& member) { return member.first == "origins"; });
            broken.add("origins", *base::Json::parse(bad));
            CHECK_FALSE(store::image_record(broken));
        }
    }
}
