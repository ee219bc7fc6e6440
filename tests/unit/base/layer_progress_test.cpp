// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/layer_progress.h"

#include <doctest/doctest.h>

using namespace podd;
using base::LayerState;

TEST_SUITE("base/layer_progress") {
    TEST_CASE("what is written is read") {
        const std::vector<base::LayerProgress> layers{{LayerState::kWaiting, 0, 7},
                                                      {LayerState::kFetching, 3, 7},
                                                      {LayerState::kUnpacking, 4, 7},
                                                      {LayerState::kChecking, 5, 7},
                                                      {LayerState::kDone, UINT64_MAX, UINT64_MAX}};
        CHECK(base::layers_value(base::to_json(layers)) == layers);
        CHECK(base::to_json({layers[1]}).str() == R"([["fetching",3,7]])");
    }

    TEST_CASE("what a worker says oddly is left out") {
        const auto json = base::Json::parse(
            R"([["fetching",1,2],["cooking",1,2],["done",-1,2],["done",1.5,2],["done",1],
                [1,2,3],{},null,7,["done",1,2,3],["done",2,2]])");
        REQUIRE(json);
        CHECK(base::layers_value(*json) ==
              std::vector<base::LayerProgress>{{LayerState::kFetching, 1, 2},
                                               {LayerState::kDone, 2, 2}});
        CHECK(base::layers_value(base::Json{7}).empty());
        base::Json many{base::Json::Array(5000, *base::Json::parse(R"(["done",1,1])"))};
        CHECK(base::layers_value(many).size() == 1000);
    }

    TEST_CASE("sums do not begin again at zero") {
        const auto count =
            base::sum({{LayerState::kDone, UINT64_MAX, 1}, {LayerState::kDone, 5, 2}});
        CHECK(count.bytes == UINT64_MAX);
        CHECK(count.total == 3);
    }
}
