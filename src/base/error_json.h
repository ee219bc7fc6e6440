// SPDX-License-Identifier: LGPL-2.1-or-later
// Errors between processes.
#pragma once

#include <string_view>

#include "base/error.h"
#include "base/json.h"

namespace podd::base {

/// {"code":…,"message":…,"errno":…}.
Json error_json(const Error& error);
/// What error_json() wrote; of anything else what can be made of it.
Error error_value(const Json& json);
/// "InvalidArgument" and the like: the last part of the D-Bus error's name.
std::string_view error_code_name(ErrorCode code);

}  // namespace podd::base
