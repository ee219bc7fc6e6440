// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/pod_arguments.h"

#include <fmt/format.h>

namespace podd::podctl {

base::Result<> set_arguments(schema::PodManifest& manifest,
                             const std::vector<std::string>& arguments) {
    const auto refuse = [](std::string message) {
        return base::Error{base::ErrorCode::kInvalidArgument, std::move(message)};
    };
    if (manifest.apps.size() != 1)
        return refuse(
            fmt::format("arguments after \"--\" are those of a pod's one app, and this pod "
                        "has {}: give each its \"args\" in the manifest",
                        manifest.apps.size()));
    auto& app = manifest.apps.front();
    if (app.app)
        return refuse(
            fmt::format("arguments after \"--\" take the place of an image's, and \"app\" of "
                        "app \"{}\" has its own: change its \"exec\"",
                        app.name.str()));
    app.args = arguments;
    return {};
}

}  // namespace podd::podctl
