// SPDX-License-Identifier: LGPL-2.1-or-later
// What rows of the accept and reject tables have in common.
#pragma once

#include <string>
#include <string_view>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "base/error.h"

namespace podd::test {

struct Row {
    std::string text;  // the part of the manifest that the row is about
    std::string says;  // empty: accepted; else what the refusal must contain
};

inline std::string image(std::string_view members) {
    return fmt::format(
        R"({{"acKind":"ImageManifest","acVersion":"0.8.11","name":"example.com/app",{}}})",
        members);
}
inline std::string app(std::string_view members) {
    return image(fmt::format(R"("app":{{"user":"0","group":"0",{}}})", members));
}
inline std::string pod(std::string_view members) {
    return fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{{"name":"a","image":{{"name":"x"}}}}],{}}})",
        members);
}
// A pod of one app that has these members too.
inline std::string pod_app(std::string_view members) {
    return fmt::format(
        R"({{"acKind":"PodManifest","acVersion":"0.8.11","apps":[{{"name":"a","image":{{"name":"x"}},{}}}],)"
        R"("volumes":[{{"name":"v","kind":"empty"}}]}})",
        members);
}

template <typename Manifest>
void check(const Row& row, const std::string& text) {
    CAPTURE(row.text);
    const auto manifest = Manifest::parse(text);
    if (row.says.empty()) {
        REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
        const auto again = Manifest::parse(manifest->to_json().str());
        REQUIRE_MESSAGE(again.has_value(), again.error().message());
        CHECK(*again == *manifest);
        return;
    }
    REQUIRE_FALSE(manifest.has_value());
    CAPTURE(manifest.error().message());
    CHECK(manifest.error().code() == podd::base::ErrorCode::kInvalidArgument);
    CHECK(manifest.error().message().find(row.says) != std::string::npos);
}

}  // namespace podd::test
