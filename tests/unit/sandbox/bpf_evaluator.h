// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs a seccomp program on a made-up call, so that filters are tested without loading them.
#pragma once

#include <cstdint>
#include <string_view>

#include <linux/seccomp.h>

/// What the kernel would return for `call`: SECCOMP_RET_… ; throws on an instruction that seccomp
/// does not allow or a jump out of the program.
std::uint32_t evaluate(std::string_view program, const seccomp_data& call);
