// SPDX-License-Identifier: LGPL-2.1-or-later
// System calls by purpose: what the default policy is made of and what appc wildcards stand for.
#pragma once

#include <span>
#include <string_view>

namespace podd::sandbox {

/// Names of system calls, a blank between any two.
class SyscallGroup {
public:
    constexpr SyscallGroup() = default;
    explicit constexpr SyscallGroup(std::string_view names) : rest_{names} {}
    constexpr bool empty() const { return rest_.empty(); }

    // The group is its own iterator: what is left of it.
    constexpr SyscallGroup begin() const { return *this; }
    constexpr SyscallGroup end() const { return {}; }
    constexpr std::string_view operator*() const { return rest_.substr(0, rest_.find(' ')); }
    constexpr SyscallGroup& operator++() {
        const auto blank = rest_.find(' ');
        rest_.remove_prefix(blank == std::string_view::npos ? rest_.size() : blank + 1);
        return *this;
    }
    constexpr bool operator==(const SyscallGroup& other) const {
        return rest_.size() == other.rest_.size();
    }

private:
    std::string_view rest_;
};

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
