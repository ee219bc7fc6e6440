// SPDX-License-Identifier: LGPL-2.1-or-later
// Who an app runs as: names of the manifest → numbers, looked up in the image's own files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "pod/layered_root.h"
#include "pod/resolve.h"

namespace podd::pod {

struct Identity {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<std::uint32_t> groups;
    std::string name;   // empty when passwd does not know the uid
    std::string home;   // "/" then
    std::string shell;  // "/bin/sh" then
};

/// By name in the image's passwd and group, else as a number, else as the owner of a path in the
/// image. Source: appc spec 0.8.11, aci.md "user, group"; for OCI images docker's rules for a user
/// without a group. Errors: kInvalidArgument with the name and the file that does not know it.
base::Result<Identity> identify(const ResolvedApp& app, const LayeredRoot& root);

/// What identify() would refuse, the user and the group each; neither when the files themselves
/// cannot be read.
struct IdentityProblems {
    std::optional<base::Error> files{};
    std::optional<base::Error> user{};
    std::optional<base::Error> group{};
};
IdentityProblems identity_problems(const ResolvedApp& app, const LayeredRoot& root);

}  // namespace podd::pod
