// SPDX-License-Identifier: LGPL-2.1-or-later
// Where a writer's bytes go, piece by piece: a file, a digest, another writer.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"

namespace podd::archive {

using Output = std::function<base::Result<>(std::string_view bytes)>;

}  // namespace podd::archive
