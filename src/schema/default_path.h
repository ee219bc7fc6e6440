// SPDX-License-Identifier: LGPL-2.1-or-later
// The PATH of an app whose manifest sets none.
#pragma once

#include <string_view>

namespace podd::schema {

/// Source: appc spec 0.8.11, ace.md "Execution Environment"; Docker and OCI runtimes give the same.
inline constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

}  // namespace podd::schema
