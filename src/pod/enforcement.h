// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether this host can put a pod's limits into effect: systemd takes one that it cannot and says
// nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/annotations.h"
#include "schema/app.h"
#include "translate/resources.h"

namespace podd::pod {

/// What the control groups of a host have; texts as the kernel writes them.
struct HostLimits {
    std::string controllers;  // "cpuset cpu io memory pids"
    std::string processors;   // "0-3"
    std::string memory_nodes;

    /// What is not there is empty.
    static HostLimits read();
};

/// An isolator that such a host leaves without effect.
struct WithoutEffect {
    std::string isolator;  // its name
    std::string why;
    bool is_of_host = true;  // else no host could: it is the manifest that leaves no way
};

/// Whose the isolators are.
struct LimitScope {
    translate::Scope scope;
    std::string_view no_bandwidth;         // why networks cannot be limited there; empty: they can
    std::string_view no_bandwidth_here{};  // the same, by what this host has
};
std::vector<WithoutEffect> without_effect(const std::vector<schema::Isolator>& isolators,
                                          const LimitScope& scope, const HostLimits& host);

/// Why a start is refused because of it: kUnsupported, with the annotation that says otherwise.
base::Error refusal(const WithoutEffect& limit);
/// What is said where the pod starts all the same. `whose`: "app web", or "pod".
std::string note(std::string_view whose, const WithoutEffect& limit);

/// Asks the host only when an isolator limits something.
class Enforcement {
public:
    /// Errors: refusal() of the first, unless `best_effort`: then it is noted.
    base::Result<> check(std::string_view whose, const std::vector<schema::Isolator>& isolators,
                         const LimitScope& scope, bool best_effort);
    /// One sentence for each limit without effect.
    const std::vector<std::string>& notes() const { return notes_; }

private:
    std::optional<HostLimits> host_;
    std::vector<std::string> notes_;
};

}  // namespace podd::pod
