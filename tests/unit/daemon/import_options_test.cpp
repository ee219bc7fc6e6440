// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/import_options.h"

#include <doctest/doctest.h>

using namespace podd;
using Options = std::map<std::string, sdbus::Variant>;

namespace {
std::string text(const char* value) {
    return value;
}
}  // namespace

TEST_CASE("import options become the importer's JSON, with the caller's name") {
    const Options options{
        {"App", sdbus::Variant{text(R"({"exec":["/bin/x"],"user":"0","group":"0"})")}},
        {"Labels", sdbus::Variant{std::map<std::string, std::string>{{"version", "1"}}}},
        {"Name", sdbus::Variant{text("example.com/x")}},
        {"Reference", sdbus::Variant{text("x:1")}},
    };
    CHECK(*daemon::import_options(options, 1000) ==
          R"({"by":"uid 1000","app":{"exec":["/bin/x"],"user":"0","group":"0"},)"
          R"("labels":[{"name":"version","value":"1"}],"name":"example.com/x","reference":"x:1"})");
    CHECK(*daemon::import_options({}, 0) == R"({"by":"uid 0"})");
    const auto digest = "sha256:" + std::string(64, 'b');
    CHECK(*daemon::import_options({{"Digest", sdbus::Variant{digest}}}, 0) ==
          R"({"by":"uid 0","digest":")" + digest +
              R"(","verification":{"kind":"pinned","reference":")" + digest + R"("}})");
    // Why it is accepted is known better where the place was looked at.
    CHECK(*daemon::import_options({{"Digest", sdbus::Variant{digest}}}, 0,
                                  store::Verification{"policy", "uid 0", "/x", "[Prefix /x]"}) ==
          R"({"by":"uid 0","digest":")" + digest +
              R"(","verification":{"kind":"policy","reference":"/x","rule":"[Prefix /x]"}})");
}

TEST_CASE("import options that are not known or of another type are refused") {
    struct Case {
        Options options;
        const char* says;
    };
    const Case cases[] = {
        {{{"name", sdbus::Variant{text("x")}}}, "option \"name\" is not known"},
        {{{"Name", sdbus::Variant{std::uint32_t{7}}}}, "option Name"},
        {{{"Labels", sdbus::Variant{text("x")}}}, "option Labels"},
        {{{"App", sdbus::Variant{text("[]")}}}, "found array, wanted an object"},
        {{{"App", sdbus::Variant{text("{")}}}, "option App"},
        {{{"App", sdbus::Variant{std::string(200'000, ' ') + "{}"}},
          {"Name", sdbus::Variant{std::string(200'000, 'x')}}},
         "options hold more than"},
    };
    for (const Case& c : cases) {
        const auto result = daemon::import_options(c.options, 0);
        CAPTURE(c.says);
        REQUIRE(!result);
        CHECK(result.error().code() == base::ErrorCode::kInvalidArgument);
        CHECK(result.error().message().find(c.says) != std::string::npos);
    }
}
