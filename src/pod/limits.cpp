// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/limits.h"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include "unit/render.h"

namespace podd::pod {

using base::Result;

Result<std::vector<plan::LimitPlan>> plan_limits(const translate::Pod& pod,
                                                 const schema::RuntimeApp& app,
                                                 const store::ImageRecord& image) {
    std::vector<plan::LimitPlan> limits;
    if (app.app || !image.manifest.app) return limits;
    for (const auto& setting :
         TRY(translate::image_resources(pod, image.manifest.app->isolators))) {
        const auto property = TRY(unit::property("Service", setting));
        // What is neither is no limit of a cgroup: stage1 sets oom_score_adj itself.
        if (std::holds_alternative<std::vector<std::uint8_t>>(property.value))
            return base::Error{
                base::ErrorCode::kInvalidArgument,
                fmt::format("the image has an isolator for {}=: processors and memory nodes are "
                            "the host's, wanted it in the pod's manifest",
                            setting.key)};
        if (const auto* number = std::get_if<std::uint64_t>(&property.value))
            limits.push_back({property.name, {}, *number});
        else if (const auto* devices = std::get_if<std::vector<unit::IoLimit>>(&property.value))
            for (const auto& device : *devices)
                limits.push_back({property.name, device.path, device.per_sec});
    }
    return limits;
}

}  // namespace podd::pod
