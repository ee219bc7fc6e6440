// SPDX-License-Identifier: LGPL-2.1-or-later
// Numbers for people.
#pragma once

#include <cstdint>
#include <string>

namespace podd::podctl {

/// "4.2M", as machinectl writes sizes.
std::string human_bytes(std::uint64_t bytes);

}  // namespace podd::podctl
