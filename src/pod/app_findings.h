// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of host_findings() that is about one app and its image.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pod/host_findings.h"

namespace podd::pod {

/// "POINTER: message", each once.
void add_finding(std::vector<std::string>& lines, const std::string& pointer,
                 std::string_view message);

/// Somebody's limits, of which some may have no effect here. Those that no host has are left to
/// isolator_findings(), where that sees them.
struct Limited {
    std::string at;         // the object that has the isolators, "/apps/0/app"; or the image
    bool in_image = false;  // where they have no pointer of their own
    std::string whose;      // as of note()
    const std::vector<schema::Isolator>& isolators;
    LimitScope scope;
    bool best_effort;
};
void add_limit_findings(HostFindings& found, const Limited& limited, const HostLimits& host);

/// All about app `index`; without an image, as far as its manifest goes.
void add_app_findings(HostFindings& found, const translate::Pod& pod, std::size_t index,
                      const store::Reader& store, const std::optional<store::ImageRecord>& image,
                      const HostLimits& host);

}  // namespace podd::pod
