// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of hosts and domains as text.
#pragma once

#include <cstddef>
#include <string_view>

namespace podd::base {

/// So many servers of names are asked, and so many stand in a file. Source: MAXNS in resolv.h.
inline constexpr std::size_t kMaxNameServers = 3;

/// Labels of letters, digits, dashes and underscores with dots between them; a dot may end it.
/// Source: RFC 1035, 2.3.4; RFC 2782 has underscores.
bool is_domain_name(std::string_view text);

}  // namespace podd::base
