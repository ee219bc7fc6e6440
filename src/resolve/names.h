// SPDX-License-Identifier: LGPL-2.1-or-later
// What podd-resolve.service says to a pod by itself, and what it asks the host's servers; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "resolve/message.h"
#include "resolve/pods.h"

namespace podd::resolve {

/// The address in a name of the domains in-addr.arpa and ip6.arpa. Source: RFC 1035, 3.5; RFC 3596,
/// 2.5.
std::optional<Address> address_of_pointer(std::string_view name);

/// Whether a pod may learn of the other, so as to reach it.
bool may_know(const network::Connection& asker, const network::Connection& other);

/// Nothing: the host's servers know. `is_live` says of a pod whether its link is still there.
std::optional<std::string> own_answer(const Query& query, const network::Connection& asker,
                                      const Pods& pods,
                                      bool (*is_live)(const network::Connection& pod));

}  // namespace podd::resolve
