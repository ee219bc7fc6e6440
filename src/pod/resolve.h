// SPDX-License-Identifier: LGPL-2.1-or-later
// Image manifest + pod manifest → what one app really runs. Pure: no file is looked at.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "schema/annotations.h"
#include "schema/isolators.h"
#include "schema/pod_manifest.h"
#include "store/reader.h"

namespace podd::pod {

/// A volume at a place in the app's root.
struct ResolvedMount {
    schema::Volume volume;
    std::string target;
    bool read_only = false;
    /// Made up because no volume satisfies a mount point; private to the app.
    bool implicit = false;
    /// The volume holds what the image has there, by prepare().
    bool from_image = false;
};

/// One app with nothing left to look up in a manifest. Users are still names: see identity.h.
struct ResolvedApp {
    std::string name;
    std::vector<std::string> argv;
    std::vector<std::string> pre_start;  // handlers; empty: none
    std::vector<std::string> post_stop;
    std::vector<std::pair<std::string, std::string>>
        environment;  // the app's own, without defaults
    std::string user;
    std::string group;
    bool group_from_user = false;  // OCI: a user without a group
    std::vector<std::uint32_t> supplementary_gids;
    std::string working_directory;
    bool make_working_directory = false;
    bool read_only_root = false;
    std::vector<ResolvedMount> mounts;  // parents before what lies in them
    schema::AppSettings settings;
    std::optional<schema::CapabilitiesIsolator> capabilities;
    std::optional<schema::SeccompIsolator> seccomp;
    std::optional<bool> no_new_privileges;
    std::optional<schema::SelinuxIsolator> selinux;
    std::optional<schema::ApparmorIsolator> apparmor;
    std::optional<int> oom_score_adj;
    std::vector<std::string> warnings;        // what was filled in
    std::vector<std::string> without_effect;  // a sentence for each isolator that has none
};

/// Errors: kInvalidArgument (nothing to execute, volume missing, targets overlap), kUnsupported
/// (other architecture).
base::Result<ResolvedApp> resolve(const schema::PodManifest& pod, const schema::RuntimeApp& runtime,
                                  const store::ImageRecord& image);

}  // namespace podd::pod
