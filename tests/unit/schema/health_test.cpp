// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/health.h"

#include <doctest/doctest.h>

#include "base/json.h"
#include "schema/oci_health.h"

using namespace podd;
using namespace podd::schema;

namespace {

using Words = std::vector<std::string>;
using Pairs = std::vector<std::pair<std::string, std::string>>;

base::Result<HealthSettings> read(std::string_view name, std::string_view value) {
    HealthSettings settings;
    TRY(apply_health(settings, name, value));
    return settings;
}

base::Result<OciHealth> of_image(const char* config) {
    const auto json = base::Json::parse(config);
    REQUIRE(json);
    return read_oci_health(JsonNode{*json});
}

}  // namespace

TEST_SUITE("schema/health") {
    TEST_CASE("a command is words, a line for a shell, or none") {
        struct {
            const char* value;
            Words words;
        } cases[] = {
            {"none", {}},
            {R"(["/bin/check","-x","a b"])", {"/bin/check", "-x", "a b"}},
            {R"(  curl -f http://localhost/ || exit 1)",
             {"/bin/sh", "-c", "  curl -f http://localhost/ || exit 1"}},
            {"test -e /ready", {"/bin/sh", "-c", "test -e /ready"}},
        };
        for (const auto& c : cases) {
            CAPTURE(c.value);
            const auto settings = read(kHealthCommand, c.value);
            REQUIRE(settings);
            CHECK(*settings->command == c.words);
        }
        for (const char* value : {"", "  ", "[", "[]", R"([""])", R"(["a",1])", "[ -e /ready ]"}) {
            CAPTURE(value);
            CHECK_FALSE(read(kHealthCommand, value));
        }
    }

    TEST_CASE("times, numbers and what is done") {
        CHECK(read(kHealthInterval, "1min")->interval_usec == 60'000'000U);
        CHECK(read(kHealthTimeout, "0.5")->timeout_usec == 500'000U);
        CHECK(read(kHealthStartPeriod, "0")->start_period_usec == 0U);
        CHECK(read(kHealthStartInterval, "1ms")->start_interval_usec == 1000U);
        CHECK(read(kHealthRetries, "5")->retries == 5U);
        CHECK(read(kHealthOnFailure, "none")->on_failure == HealthAction::kNone);
        CHECK(read(kHealthOnFailure, "stop")->on_failure == HealthAction::kStopApp);
        constexpr std::pair<std::string_view, const char*> kBad[] = {
            {kHealthInterval, "0"},       {kHealthInterval, "infinity"},
            {kHealthInterval, "10us"},    {kHealthTimeout, "0"},
            {kHealthTimeout, "soon"},     {kHealthStartPeriod, "infinity"},
            {kHealthStartInterval, "0"},  {kHealthRetries, "0"},
            {kHealthRetries, "1001"},     {kHealthRetries, "many"},
            {kHealthOnFailure, "reboot"}, {"podd.org/health", "x"},
        };
        for (const auto& [name, value] : kBad) {
            CAPTURE(name);
            CHECK_FALSE(read(name, value));
        }
        CHECK(is_health_annotation("podd.org/health-cmd"));
        CHECK_FALSE(is_health_annotation("podd.org/health"));
    }

    TEST_CASE("the pod's word goes over the image's; times of the image's are for its command") {
        HealthSettings image;
        image.command = Words{"image"};
        image.interval_usec = 7;
        image.retries = 9;
        HealthSettings pod;
        CHECK(pod.over(image) == image);
        pod.retries = 2;
        CHECK(*pod.over(image).command == Words{"image"});
        CHECK(pod.over(image).interval_usec == 7U);
        CHECK(pod.over(image).retries == 2U);
        pod.command = Words{"pod"};
        CHECK_FALSE(pod.over(image).interval_usec);
        CHECK(*pod.over(image).command == Words{"pod"});
        pod.command = Words{};
        CHECK_FALSE(pod.over(image).has_check());
    }

    TEST_CASE("docker's health check as annotations") {
        struct {
            const char* config;
            Pairs annotations;
        } cases[] = {
            {"{}", {}},
            {R"({"Healthcheck": null})", {}},
            {R"({"Healthcheck": {}})", {}},
            {R"({"Healthcheck": {"Test": [], "Interval": 5}})", {}},
            {R"({"Healthcheck": {"Test": ["NONE"]}})", {}},
            {R"({"Healthcheck": {"Test": ["CMD", "/c", "-x"]}})",
             {{"podd.org/health-cmd", R"(["/c","-x"])"}}},
            {R"({"Healthcheck": {"Test": ["CMD-SHELL", "[ -e /x ]"], "Interval": 0}})",
             {{"podd.org/health-cmd", R"(["/bin/sh","-c","[ -e /x ]"])"}}},
            {R"({"Shell": ["/bin/bash", "-ec"], "Healthcheck": {"Test": ["CMD-SHELL", "a"]}})",
             {{"podd.org/health-cmd", R"(["/bin/bash","-ec","a"])"}}},
            {R"({"Healthcheck": {"Test": ["CMD", "a"], "Interval": 30000000000, "Timeout": 1500000,
                 "StartPeriod": 60000000000, "StartInterval": 2000000000, "Retries": 4}})",
             {{"podd.org/health-cmd", R"(["a"])"},
              {"podd.org/health-interval", "30s"},
              {"podd.org/health-timeout", "1500us"},
              {"podd.org/health-start-period", "60s"},
              {"podd.org/health-start-interval", "2s"},
              {"podd.org/health-retries", "4"}}},
        };
        for (const auto& c : cases) {
            CAPTURE(c.config);
            const auto health = of_image(c.config);
            REQUIRE(health);
            CHECK(health->annotations == c.annotations);
            CHECK(health->note.empty());
        }
    }

    TEST_CASE("a check that cannot be run is told, not lost") {
        for (const char* config :
             {R"({"Healthcheck": {"Test": ["SHELL", "a"]}})",
              R"({"Healthcheck": {"Test": ["CMD"]}})", R"({"Healthcheck": {"Test": ["CMD", ""]}})",
              R"({"Healthcheck": {"Test": ["CMD-SHELL"]}})",
              R"({"Healthcheck": {"Test": ["CMD-SHELL", "a", "b"]}})",
              R"({"Healthcheck": {"Test": ["CMD", "a"], "Interval": 10}})",
              R"({"Healthcheck": {"Test": ["CMD", "a"], "Retries": 5000}})"}) {
            CAPTURE(config);
            const auto health = of_image(config);
            REQUIRE(health);
            CHECK(health->annotations.empty());
            CHECK(health->note.starts_with("the health check is left out: "));
        }
        CHECK_FALSE(of_image(R"({"Healthcheck": {"Test": "CMD a"}})"));
        CHECK_FALSE(of_image(R"({"Healthcheck": {"Test": ["CMD", "a"], "Interval": -1}})"));
        CHECK_FALSE(of_image(R"({"Healthcheck": []})"));
    }
}
