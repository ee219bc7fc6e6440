// SPDX-License-Identifier: LGPL-2.1-or-later
// Resource limits of an app's processes, as systemd names them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::schema {

/// LimitNOFILE= and its like. Source: systemd.exec(5) "Process Properties".
struct ProcessLimit {
    std::string key;         // of a unit: "LimitNOFILE"
    std::uint64_t soft = 0;  // UINT64_MAX: none
    std::uint64_t hard = 0;
    bool operator==(const ProcessLimit&) const = default;
};

/// The key of a unit for "nofile"; empty for what is no such limit.
std::string limit_key(std::string_view name);

/// `text` is "1024", "1024:4096" (soft and hard) or "infinity"; limits of sizes may end in K, M, G
/// or T, to the base of 1024. Errors: kInvalidArgument, also for a soft limit above the hard one.
base::Result<ProcessLimit> process_limit(std::string_view name, std::string_view text);

/// Octal permissions that new files do not get: "0027". Errors: kInvalidArgument.
base::Result<std::uint32_t> parse_umask(std::string_view text);

}  // namespace podd::schema
