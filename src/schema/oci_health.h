// SPDX-License-Identifier: LGPL-2.1-or-later
// "Healthcheck" of an image's configuration, which docker has added to OCI's.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "schema/json_node.h"

namespace podd::schema {

/// Names and values of annotations that say the same: see health.h.
struct OciHealth {
    std::vector<std::pair<std::string, std::string>> annotations;
    std::string note;  // why there are none although a check was asked for; else empty
    bool operator==(const OciHealth&) const = default;
};

/// `config` is the object that has "Healthcheck" and "Shell". Source: docker's image specification
/// 1.2, "Healthcheck". Errors: kInvalidArgument: members of another type.
base::Result<OciHealth> read_oci_health(const JsonNode& config);

}  // namespace podd::schema
