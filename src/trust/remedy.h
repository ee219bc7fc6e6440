// SPDX-License-Identifier: LGPL-2.1-or-later
// What to do about a key that nobody trusts: said where signatures are checked, and said better
// where the image's name is known.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "base/result.h"

namespace podd::trust {

/// As long as nobody knows what image it is about.
inline constexpr std::string_view kTrustSomeKey = "podctl trust --prefix=PREFIX KEYFILE";

/// The same error where the image's name is known, whose owner may offer the key.
inline base::Error for_image(const base::Error& error, std::string_view name) {
    auto message = error.message();
    if (const auto at = message.find(kTrustSomeKey); at != std::string::npos)
        message.replace(at, kTrustSomeKey.size(), fmt::format("podctl trust --prefix={}", name));
    return {error.code(), std::move(message), error.sys_errno(), error.where()};
}

}  // namespace podd::trust
