// SPDX-License-Identifier: LGPL-2.1-or-later
// The environment of an app. Source: podd.pod(5), "ENVIRONMENT OF APPS".
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pod/identity.h"
#include "pod/metadata.h"
#include "pod/resolve.h"

namespace podd::pod {

std::vector<std::pair<std::string, std::string>> environment(
    const ResolvedApp& app, const Identity& identity, const std::optional<Metadata>& metadata);

}  // namespace podd::pod
