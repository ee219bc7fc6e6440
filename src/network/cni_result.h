// SPDX-License-Identifier: LGPL-2.1-or-later
// What plugins of CNI answer; pure. Source: CNI specification, section 5.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace podd::network {

struct CniInterface {
    std::string name;
    bool in_pod = false;
    bool operator==(const CniInterface&) const = default;
};

struct CniDns {
    std::vector<std::string> servers;  // addresses
    std::vector<std::string> search;   // a "domain" is the first
    std::vector<std::string> options;
    bool operator==(const CniDns&) const = default;
};

/// As far as podd has a use for it; plugins get the text itself.
struct CniResult {
    std::vector<CniInterface> interfaces;
    std::vector<std::string> addresses;  // of the pod: "10.1.2.3/24"
    CniDns dns;
    bool operator==(const CniResult&) const = default;
};

inline constexpr std::size_t kMaxPluginAnswer = std::size_t{1} << 20;

/// Errors: kInvalidArgument with the member.
base::Result<base::Json> parse_plugin_answer(std::string_view text);
base::Result<CniResult> cni_result(const base::Json& json);

/// What a plugin that failed has said on its standard output, on one line: "no more addresses (code
/// 11): …"; nothing when it is no error of the specification.
std::optional<std::string> plugin_error(std::string_view text);

/// Empty where no server is named.
std::string resolv_conf(const CniDns& dns);

}  // namespace podd::network
