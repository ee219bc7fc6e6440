// SPDX-License-Identifier: LGPL-2.1-or-later
// Sequences of members against a model of what they leave.
#include <map>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tar_builder.h"
#include "unpack_fixture.h"

using namespace podd::test;  // NOLINT

TEST_SUITE("archive/attack") {
    TEST_CASE("A4: any sequence of members leaves the tree that a model predicts") {
        PODD_NEEDS_ROOT();
        // Paths "a", "b" and "a/x": files, directories, links and whiteouts replace each other.
        std::mt19937 random{20'261'122};
        for (int round = 0; round < 150; ++round) {
            std::map<std::string, std::string> model;  // path → "f:TEXT", "d", "l", "w"
            TarBuilder tar;
            const auto remove = [&](const std::string& path) {
                std::erase_if(model, [&](const auto& entry) {
                    return entry.first == path || entry.first.starts_with(path + "/");
                });
            };
            bool refused = false;
            for (int step = 0; step < 12 && !refused; ++step) {
                const std::string path = std::vector{"a", "b", "a/x"}[random() % 3];
                const auto kind = random() % 4;
                const bool nested = path == "a/x";
                const auto above = model.find("a");
                // A file, a link to nothing or a whiteout as the parent: refused.
                if (nested && above != model.end() && above->second != "d") refused = true;
                if (nested && above == model.end() && !refused) model["a"] = "d";
                if (kind == 0) {
                    const auto text = fmt::format("{}.{}", round, step);
                    tar.file(path, text);
                    remove(path);
                    model[path] = "f:" + text;
                } else if (kind == 1) {
                    tar.directory(path);
                    if (model[path] != "d") remove(path);
                    model[path] = "d";
                } else if (kind == 2) {
                    tar.symlink(path, "nowhere");
                    remove(path);
                    model[path] = "l";
                } else {
                    tar.file(nested ? "a/.wh.x" : ".wh." + path, "");
                    if (!model.contains(path)) model[path] = "w";
                }
            }
            CAPTURE(round);
            Sandbox box;
            const auto result = box.layer(tar.str());
            CHECK(result.has_value() == !refused);
            CHECK(box.canary_is_whole());
            if (!result || refused) continue;
            for (const std::string path : {"a", "b", "a/x"}) {
                CAPTURE(path);
                const auto st = box.stat(path);
                const auto found = model.contains(path) ? model[path] : std::string{};
                if (found.empty()) CHECK(st.st_mode == 0);
                if (found == "d") CHECK(S_ISDIR(st.st_mode));
                if (found == "l") CHECK(S_ISLNK(st.st_mode));
                if (found == "w") CHECK(box.is_whiteout(path));
                if (found.starts_with("f:")) CHECK(box.read(path) == found.substr(2));
            }
        }
    }
}
