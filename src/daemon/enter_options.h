// SPDX-License-Identifier: LGPL-2.1-or-later
// The "options" of App.Enter().
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "client/systemd.h"

namespace podd::daemon {

/// What a command has that the app has not. Empty: as the app.
struct EnterOptions {
    bool privileged = false;
    std::string user;                      // USER[:GROUP], looked up in the app's root
    std::vector<std::string> environment;  // NAME=VALUE
    std::string working_directory;         // absolute
    bool operator==(const EnterOptions&) const = default;
};

/// Errors: kInvalidArgument: an option that is not known, another type, a value that cannot be one.
base::Result<EnterOptions> enter_options(const std::map<std::string, sdbus::Variant>& options);

/// As options of stage1's program `enter`, but for the first.
std::vector<std::string> option_words(const EnterOptions& options);

}  // namespace podd::daemon
