// SPDX-License-Identifier: LGPL-2.1-or-later
// Pods as values, and what of their units tests look at.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "translate/translate.h"

namespace podd::test {

inline translate::Pod pod(const std::string& name, const std::string& apps,
                          const std::string& more = "") {
    const auto text =
        fmt::format(R"({{"acVersion":"0.8.11","acKind":"PodManifest","apps":[{}]{}}})", apps, more);
    auto manifest = schema::PodManifest::parse(text);
    REQUIRE_MESSAGE(manifest.has_value(), manifest.error().message());
    return {*schema::PodName::parse(name), *std::move(manifest), "/etc/podd/pods.d/x.json"};
}

inline std::string app(const std::string& name, const std::string& more = "") {
    return fmt::format(R"({{"name":"{}","image":{{"name":"example.com/x"}}{}}})", name, more);
}

inline std::string isolators(const std::string& list) {
    return fmt::format(R"(,"app":{{"exec":["/x"],"user":"0","group":"0","isolators":[{}]}})", list);
}

inline const unit::Setting* find(const unit::Unit& unit, std::string_view key) {
    for (const auto& section : unit.sections)
        for (const auto& setting : section.settings)
            if (setting.key == key) return &setting;
    return nullptr;
}

inline std::string value(const unit::Unit& unit, std::string_view key) {
    const auto* setting = find(unit, key);
    if (setting == nullptr) return "(none)";
    return setting->words.empty() ? setting->value
                                  : fmt::format("{}", fmt::join(setting->words, " "));
}

inline std::vector<unit::Unit> units(const translate::Pod& pod,
                                     const translate::Options& options = {}) {
    auto result = translate::translate(pod, options);
    REQUIRE_MESSAGE(result.has_value(), result.error().message());
    return *std::move(result);
}

}  // namespace podd::test
