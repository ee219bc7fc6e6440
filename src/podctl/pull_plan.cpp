// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/pull_plan.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/annotations.h"
#include "schema/image_reference.h"

namespace podd::podctl {

using schema::PullPolicy;

std::string where(const std::string& pod, const std::string& app, const std::string& image) {
    return fmt::format("pod \"{}\": app \"{}\": image \"{}\"", pod, app, image);
}

std::string_view policy_word(PullPolicy policy) {
    switch (policy) {
        case PullPolicy::kMissing: return "missing";
        case PullPolicy::kAlways: return "always";
        case PullPolicy::kNever: break;
    }
    return "never";
}

base::Result<std::vector<PodImage>> images_to_pull(const translate::Pod& pod,
                                                   const std::string& forced) {
    std::vector<PodImage> images;
    for (const auto& app : pod.manifest.apps) {
        const auto settings = TRY(schema::app_settings(app));
        const auto policy = forced.empty() ? settings.effective_pull_policy()
                                           : TRY(schema::parse_pull_policy(forced));
        if (policy == PullPolicy::kNever) continue;
        const auto image = schema::str(app.image);
        auto reference = TRY_CONTEXT(schema::pull_reference(app.image, settings.pull_from), "{}",
                                     where(pod.name.str(), app.name.str(), image));
        const auto same = std::ranges::find(images, reference, &PodImage::reference);
        if (same == images.end())
            images.push_back({app.name.str(), image, std::move(reference), policy});
        else if (policy == PullPolicy::kAlways)
            same->policy = policy;
    }
    return images;
}

}  // namespace podd::podctl
