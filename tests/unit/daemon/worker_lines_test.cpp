// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/worker_lines.h"

#include <doctest/doctest.h>

using namespace podd;

TEST_CASE("lines of the importer are understood") {
    const auto progress = daemon::importer_line(R"({"progress":{"bytes":5,"total":10}})");
    REQUIRE(progress);
    CHECK(std::get<daemon::WorkProgress>(*progress).bytes == 5);
    CHECK(std::get<daemon::WorkProgress>(*progress).total == 10);
    CHECK(std::get<daemon::WorkProgress>(*progress).layers.empty());
    const auto layers = daemon::importer_line(
        R"({"progress":{"bytes":5,"total":10,"layers":[["unpacking",5,6],["waiting",0,4]]}})");
    REQUIRE(layers);
    CHECK(std::get<daemon::WorkProgress>(*layers).layers ==
          std::vector<base::LayerProgress>{{base::LayerState::kUnpacking, 5, 6},
                                           {base::LayerState::kWaiting, 0, 4}});
    const auto image = daemon::importer_line(R"({"image":{"id":"sha256:ab","name":"x"}})");
    REQUIRE(image);
    CHECK(std::get<daemon::ImportedImage>(*image).id == "sha256:ab");
    CHECK(std::get<daemon::ImportedImage>(*image).notes.empty());
    const auto noted = daemon::importer_line(
        R"({"image":{"id":"sha256:ab","name":"x","notes":["one", 2, "three"]}})");
    REQUIRE(noted);
    CHECK(std::get<daemon::ImportedImage>(*noted).notes ==
          std::vector<std::string>{"one", "three"});
    const auto removed = daemon::importer_line(R"({"removed":{"id":"sha256:ab"}})");
    REQUIRE(removed);
    CHECK(std::get<daemon::ImportedImage>(*removed).id == "sha256:ab");
    const auto error =
        daemon::importer_line(R"({"error":{"code":"InvalidArgument","message":"no manifest"}})");
    REQUIRE(error);
    CHECK(std::get<base::Error>(*error).code() == base::ErrorCode::kInvalidArgument);
    CHECK(std::get<base::Error>(*error).message() == "no manifest");
}

TEST_CASE("lines of the fetcher are understood, and nothing of the importer's is taken from it") {
    const auto progress = daemon::fetcher_line(R"({"progress":{"bytes":5}})");
    REQUIRE(progress);
    CHECK(std::get<daemon::WorkProgress>(*progress).bytes == 5);
    CHECK(std::get<daemon::WorkProgress>(*progress).total == 0);
    const auto fetched = daemon::fetcher_line(
        R"({"fetched":{"name":"docker.io/library/nginx","tag":"1","digest":"sha256:ab"}})");
    REQUIRE(fetched);
    REQUIRE(std::holds_alternative<daemon::FetchedImage>(*fetched));
    CHECK_FALSE(std::get<daemon::FetchedImage>(*fetched).unchanged);
    const auto wanted = daemon::fetcher_line(R"({"wanted":["sha256:ab","sha256:cd"]})");
    REQUIRE(wanted);
    CHECK(std::get<daemon::WantedLayers>(*wanted).digests ==
          std::set<std::string>{"sha256:ab", "sha256:cd"});
    const auto unchanged =
        daemon::fetcher_line(R"({"fetched":{"name":"a.b/c","tag":"1","unchanged":true}})");
    REQUIRE(unchanged);
    CHECK(std::get<daemon::FetchedImage>(*unchanged).unchanged);
    const auto error = daemon::fetcher_line(
        R"({"error":{"code":"Untrusted","message":"unsigned\nhint: podctl fetch x"}})");
    REQUIRE(error);
    CHECK(std::get<base::Error>(*error).code() == base::ErrorCode::kUntrusted);
    CHECK(std::get<base::Error>(*error).message() == "unsigned\nhint: podctl fetch x");
    for (const char* line :
         {"", "[]", "{}", R"({"fetched":1})", R"({"wanted":{}})", R"({"wanted":[1]})",
          R"({"error":{"code":"Io"}})", R"({"image":{"id":"sha256:ab","name":"x"}})",
          R"({"removed":{"id":"sha256:ab"}})"}) {
        CAPTURE(line);
        CHECK(!daemon::fetcher_line(line));
    }
    CHECK(!daemon::importer_line(R"({"fetched":{"name":"x"}})"));
}

TEST_CASE("an importer that says nonsense is an error, not a crash") {
    for (const char* line : {"", "x", "[]", "{}", "7", R"({"image":1})", R"({"image":{"id":1}})",
                             R"({"error":{"code":"Io"}})", R"({"error":7})"}) {
        CAPTURE(line);
        CHECK(!daemon::importer_line(line));
    }
}
