// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes as letters and back. Source: RFC 4648 §4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace podd::base {

std::string base64(std::string_view bytes);
/// Empty when `text` is no base64. The padding at its end may be left out.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace podd::base
