// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/app_image.h"

#include <optional>
#include <variant>

#include <fmt/format.h>

#include <sys/utsname.h>

#include "schema/annotations.h"
#include "schema/image_reference.h"
#include "schema/platform.h"
#include "schema/pull_policy.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kDockerHub = "docker.io/";

// Where the start itself would fetch it from; or where images with such a name are from.
std::optional<schema::FetchReference> source_of(const schema::RuntimeApp& app) {
    const auto settings = schema::app_settings(app);
    const bool is_said =
        settings && settings->effective_pull_policy() != schema::PullPolicy::kNever;
    const bool is_of_hub = app.image.name && app.image.name->str().starts_with(kDockerHub);
    if (settings && (is_said || settings->pull_from || is_of_hub)) {
        auto reference = schema::pull_reference(app.image, settings->pull_from);
        if (reference) return *std::move(reference);
    }
    if (!app.image.name || is_of_hub) return std::nullopt;
    auto reference = schema::parse_fetch_reference(schema::str(app.image));
    if (!reference) return std::nullopt;
    return *std::move(reference);
}

}  // namespace

std::string image_remedy(const schema::RuntimeApp& app) {
    const auto source = source_of(app);
    if (!source) return "run 'podctl import FILE'";
    auto fetch = fmt::format("run 'podctl fetch {}'", schema::shown(schema::str(*source)));
    // A name says nothing of whether its owner's web site has the image, too.
    if (!std::holds_alternative<schema::ImageReference>(*source)) return fetch;
    return fetch + " or 'podctl import FILE'";
}

Result<store::ImageRecord> find_image(const store::Reader& store, const schema::RuntimeApp& app) {
    auto image = store.find(app.image);
    if (image || image.error().code() != ErrorCode::kNotFound) return image;
    return Error{ErrorCode::kNotFound,
                 fmt::format("{}; {}", image.error().message(), image_remedy(app))};
}

Result<> check_platform(const store::ImageRecord& image) {
    struct utsname host{};
    if (::uname(&host) < 0) return base::errno_error("asking for the host's architecture", errno);
    const auto arch = schema::arch_of_machine(host.machine);
    return schema::check_runs_on(image.manifest.labels, arch.value_or(host.machine));
}

Result<std::vector<base::UniqueFd>> open_layers(const store::Reader& store,
                                                const store::ImageRecord& image) {
    std::vector<base::UniqueFd> layers;
    for (auto tree = image.trees.rbegin(); tree != image.trees.rend(); ++tree)
        layers.push_back(TRY(store.open_tree(*tree)));
    if (layers.empty())
        return Error{ErrorCode::kCorrupt, fmt::format("image {} has no trees", image.id)};
    return layers;
}

}  // namespace podd::pod
