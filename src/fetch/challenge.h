// SPDX-License-Identifier: LGPL-2.1-or-later
// What a server says with "401 Unauthorized": WWW-Authenticate.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace podd::fetch {

struct Challenge {
    std::string scheme;  // in lower case: "bearer", "basic"
    std::vector<std::pair<std::string, std::string>> parameters{};  // names in lower case

    /// Empty where there is none.
    std::string_view parameter(std::string_view name) const;
    bool operator==(const Challenge&) const = default;
};

/// All challenges of one header line. A parameter that stands twice, a control character in a value
/// and anything else that two readers may take differently is refused. Errors: kInvalidArgument,
/// "found …, wanted …". Source: RFC 9110 §11.6.1, §5.6.
base::Result<std::vector<Challenge>> parse_challenges(std::string_view header);

}  // namespace podd::fetch
