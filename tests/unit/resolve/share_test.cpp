// SPDX-License-Identifier: LGPL-2.1-or-later
#include "resolve/share.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd::resolve;

TEST_CASE("who has most gives up a place, to who has less than that") {
    using Places = std::map<std::string, std::size_t>;
    const struct {
        Places places;
        std::string asker;
        std::optional<std::string> wanted;
    } rows[] = {
        {{}, "web", std::nullopt},
        {{{"greedy", 512}}, "web", "greedy"},
        {{{"greedy", 500}, {"web", 3}, {"worse", 512}}, "web", "worse"},
        {{{"greedy", 512}, {"worse", 512}}, "worse", std::nullopt},
        // It would be as many as the other one has then, or more.
        {{{"greedy", 4}, {"web", 2}}, "web", "greedy"},
        {{{"greedy", 3}, {"web", 2}}, "web", std::nullopt},
        {{{"other", 1}}, "web", std::nullopt},
    };
    for (const auto& [places, asker, wanted] : rows) {
        CAPTURE(asker);
        CAPTURE(places.size());
        CHECK(gives_up_place(places, asker) == wanted);
    }
}
