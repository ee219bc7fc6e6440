// SPDX-License-Identifier: LGPL-2.1-or-later
// Capability sets as bit masks: bit N is capability number N.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::sandbox {

/// The bounding set of an app without a capability isolator: 14 capabilities.
/// Source: appc spec 0.8.11, ace.md "os/linux/capabilities-remove-set".
std::uint64_t default_capabilities();

/// "CAP_CHOWN" (upper case, as appc writes them) to its bit. Errors: kInvalidArgument when this
/// build knows no such capability.
base::Result<std::uint64_t> capability_bit(std::string_view name);

/// The bits of all `names`. Errors: as capability_bit().
base::Result<std::uint64_t> capability_mask(const std::vector<std::string>& names);

/// Upper-case names of the bits that are set, by number.
std::vector<std::string> capability_names(std::uint64_t mask);

}  // namespace podd::sandbox
