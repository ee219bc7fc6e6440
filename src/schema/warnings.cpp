// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/warnings.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "schema/isolators.h"
#include "schema/json_node.h"
#include "schema/platform.h"
#include "schema/scalars.h"

namespace podd::schema {

namespace {

using Warnings = std::vector<std::string>;

enum class Scope : unsigned char { kApp, kPod };

// Isolators that mean something in one place only. Source: appc spec 0.8.11, ace.md "Isolators".
constexpr std::array kAppOnly{std::string_view{"os/linux/capabilities-retain-set"},
                              std::string_view{"os/linux/capabilities-remove-set"},
                              std::string_view{"os/linux/seccomp-retain-set"},
                              std::string_view{"os/linux/seccomp-remove-set"},
                              std::string_view{"os/linux/no-new-privileges"},
                              std::string_view{"os/linux/oom-score-adj"},
                              std::string_view{"os/linux/cpu-shares"}};
constexpr std::array kPodOnly{std::string_view{"os/unix/sysctl"}};

template <typename List>
bool contains(const List& list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

bool request_above_limit(const Isolator& isolator) {
    // The typed value is clamped, so look at the text once more.
    const auto quantity = [&](std::string_view member) -> std::optional<Quantity> {
        const base::Json* json = isolator.value.find(member);
        if (json == nullptr || json->is_null()) return std::nullopt;
        const auto* text = json->as_string();
        auto parsed = Quantity::parse(text != nullptr ? *text : json->str());
        if (!parsed) return std::nullopt;
        return *parsed;
    };
    const auto request = quantity("request");
    const auto limit = quantity("limit");
    return request && limit && *request > *limit;
}

void check_isolators(const std::string& at, const std::vector<Isolator>& isolators, Scope scope,
                     Warnings& out) {
    for (std::size_t index = 0; index < isolators.size(); ++index) {
        const auto& name = isolators[index].name.str();
        const auto warn = [&](std::string_view text) {
            out.push_back(
                fmt::format("{}/isolators/{}: isolator \"{}\" {}", at, index, name, text));
        };
        const auto value = isolator_value(isolators[index]);
        if (value && std::holds_alternative<UnknownIsolator>(*value))
            warn("is not known and is ignored");
        if (scope == Scope::kPod && contains(kAppOnly, name))
            warn("has no effect on a pod: it belongs to an app");
        if (scope == Scope::kApp && contains(kPodOnly, name))
            warn("has no effect on an app: it belongs to the pod");
        if (value && std::holds_alternative<ResourceIsolator>(*value) &&
            request_above_limit(isolators[index]))
            warn("requests more than its limit: the limit counts");
    }
}

void check_labels(const std::string& at, const std::vector<Label>& labels, Warnings& out) {
    if (label(labels, "arch") && !label(labels, "os"))
        out.push_back(fmt::format("{}/labels: \"arch\" means nothing without \"os\"", at));
}

void check_version(const std::string& version, Warnings& out) {
    // Every version of the spec begins with 0; rkt wrote its own, 1.x.
    if (!version.starts_with("0."))
        out.push_back(fmt::format("/acVersion: \"{}\" is newer than {}, which podd follows",
                                  version, kAcVersion));
}

}  // namespace

Warnings warnings(const ImageManifest& manifest) {
    Warnings out;
    check_version(manifest.ac_version, out);
    check_labels("", manifest.labels, out);
    if (manifest.app) check_isolators("/app", manifest.app->isolators, Scope::kApp, out);
    for (std::size_t index = 0; index < manifest.dependencies.size(); ++index)
        check_labels(fmt::format("/dependencies/{}", index), manifest.dependencies[index].labels,
                     out);
    for (std::size_t index = 0; index < manifest.path_whitelist.size(); ++index)
        if (!manifest.path_whitelist[index].starts_with('/'))
            out.push_back(fmt::format("/pathWhitelist/{}: {} is relative: \"/\" is put in front",
                                      index, quoted(manifest.path_whitelist[index])));
    return out;
}

Warnings warnings(const PodManifest& manifest) {
    Warnings out;
    check_version(manifest.ac_version, out);
    for (std::size_t index = 0; index < manifest.apps.size(); ++index) {
        const auto& app = manifest.apps[index];
        const std::string at = fmt::format("/apps/{}", index);
        check_labels(at + "/image", app.image.labels, out);
        if (app.app) check_isolators(at + "/app", app.app->isolators, Scope::kApp, out);
    }
    check_isolators("", manifest.isolators, Scope::kPod, out);
    return out;
}

}  // namespace podd::schema
