// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of archive members as paths beneath a root.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "archive/limits.h"
#include "base/result.h"

namespace podd::archive {

/// What a leading "/" means. ACIs must not have one (appc reference 2.4), in OCI layers it is the
/// layer's root (10.5).
enum class Absolute : unsigned char { kRefuse, kIsRoot };

/// "./a//b/" → "a/b"; the root itself is "". A ".." is refused wherever it stands.
/// Errors: kInvalidArgument, quoting the name.
base::Result<std::string> member_path(std::string_view name, Absolute absolute,
                                      const Limits& limits);

/// "a/b/c" → {"a/b", "c"}; "c" → {"", "c"}.
std::pair<std::string_view, std::string_view> split_path(std::string_view path);

/// A name for messages: quoted, control characters escaped, cut where it is long.
std::string quoted(std::string_view name);

}  // namespace podd::archive
