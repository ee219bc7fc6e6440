// SPDX-License-Identifier: LGPL-2.1-or-later
// tests/data/translate/<case>/<pod>.json → units.<version>.txt. PODD_ACCEPT=1 rewrites what is
// wanted.
#include <cstdlib>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>

#include "base/file.h"
#include "translate/translate.h"
#include "unit/render.h"

using namespace podd;

namespace {

std::string shown(const std::vector<unit::Unit>& units) {
    std::string out;
    for (const auto& unit : units) {
        const auto text = unit::file_text(unit, "podd-generator");
        REQUIRE_MESSAGE(text.has_value(), text.error().message());
        out += fmt::format("===== {} wanted by [{}]\n{}", unit.name, fmt::join(unit.wanted_by, " "),
                           *text);
    }
    return out;
}

void compare(const std::string& path, const std::string& got) {
    if (std::getenv("PODD_ACCEPT") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
        const auto fd = base::open_path(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        REQUIRE(fd);
        REQUIRE(base::write_all(fd->get(), got));
        return;
    }
    const auto wanted = base::read_file(path, 1'000'000);
    REQUIRE_MESSAGE(wanted.has_value(), wanted.error().message());
    CHECK(got == *wanted);
}

}  // namespace

TEST_SUITE("translate/golden") {
    TEST_CASE("manifests become these units") {
        struct Case {
            std::string folder, pod;
        };
        for (const auto& [folder, pod] :
             {Case{"one-app", "web"}, Case{"two-apps", "my-pod"}, Case{"every-setting", "full"},
              Case{"exit-policy-any", "any"}, Case{"exit-policy-all", "all"},
              Case{"pull-policy", "web-1"}, Case{"network-default", "net"},
              Case{"network-named", "net"}}) {
            const auto dir = fmt::format("{}/{}", PODD_TEST_DATA, folder);
            CAPTURE(dir);
            const auto text = base::read_file(fmt::format("{}/{}.json", dir, pod), 1'000'000);
            REQUIRE(text);
            auto manifest = schema::PodManifest::parse(*text);
            REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
            const translate::Pod value{*schema::PodName::parse(pod), *std::move(manifest),
                                       fmt::format("/etc/podd/pods.d/{}.json", pod)};
            for (const int version : {252, 257}) {
                const auto units = translate::translate(value, {version, {}});
                REQUIRE_MESSAGE(units.has_value(), units.error().message());
                compare(fmt::format("{}/units.{}.txt", dir, version), shown(*units));
            }
        }
    }
}
