// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/verify.h"

#include "pod/isolator_findings.h"
#include "translate/translate.h"
#include "unit/render.h"

namespace podd::daemon {

base::Result<> verify_manifest(const std::string& name, const std::string& text) {
    auto pod_name = TRY(schema::PodName::parse(name));
    auto manifest = TRY(schema::PodManifest::parse(text));
    if (const auto found = pod::isolator_findings(manifest); !found.errors.empty())
        return base::Error{base::ErrorCode::kInvalidArgument, found.errors.front()};
    const translate::Pod pod{std::move(pod_name), std::move(manifest), {}};
    const auto units = TRY(translate::translate(pod, {}));
    for (const unit::Unit& unit : units)
        TRY(unit::bus_properties(unit));
    return {};
}

}  // namespace podd::daemon
