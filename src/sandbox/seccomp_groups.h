// SPDX-License-Identifier: LGPL-2.1-or-later
// System calls by purpose: what the default policy is made of and what appc wildcards stand for.
#pragma once

#include <span>
#include <string_view>

namespace podd::sandbox {

using SyscallGroup = std::span<const std::string_view>;

/// Every group that an app gets without any capability.
std::span<const SyscallGroup> open_groups();

/// Calls that open with one capability of the app's bounding set.
struct CapabilityGroup {
    int capability;
    SyscallGroup calls;
};
std::span<const CapabilityGroup> capability_groups();

/// Without these no process starts or ends. Source: appc spec 0.8.11, ace.md: "the minimum for
/// process life-cycle".
SyscallGroup lifecycle_group();

/// The calls behind "@scope/name" other than the default lists; empty when there is no such
/// wildcard.
SyscallGroup wildcard_group(std::string_view wildcard);

}  // namespace podd::sandbox
