// SPDX-License-Identifier: LGPL-2.1-or-later
// Which app of which pod a command is for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace podd::podctl {

struct AppChoice {
    std::string pod;
    std::string app;  // empty: the only one of the pod
};

/// "POD", "POD/APP", or "POD" and "APP". Errors: kInvalidArgument.
base::Result<AppChoice> parse_app_choice(const std::vector<std::string>& words);

/// The name of the app, which is one of `apps`. Errors: kNotFound, kInvalidArgument: it has several
/// and none was named.
base::Result<std::string> chosen_app(const AppChoice& choice, const std::vector<std::string>& apps);

/// Errors: kInvalidArgument: D-Bus carries UTF-8 only.
base::Result<> check_words(const std::vector<std::string>& command);

}  // namespace podd::podctl
