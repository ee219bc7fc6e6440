// SPDX-License-Identifier: LGPL-2.1-or-later
// Manifest files of declared pods: where they are, which one counts, and what is wrong with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "translate/translate.h"

namespace podd::pod {

/// Larger manifests are refused unread.
inline constexpr std::size_t kManifestMaxBytes = std::size_t{4} * 1024 * 1024;

/// Whether somebody who is not root could have written a manifest. What a manifest says is done as
/// root, so whoever runs as root must ask.
enum class Owner : unsigned char { kRootOnly, kAnybody };

/// Where to look and what to insist on.
struct ManifestSearch {
    /// Highest precedence first: a file replaces those of the same name further down.
    std::vector<std::string> directories{"/etc/podd/pods.d", "/run/podd/pods.d",
                                         "/usr/lib/podd/pods.d"};
    Owner owner = Owner::kRootOnly;
    /// No pod may be called as the host is; empty: not known.
    std::string host_name;
};

/// As the running process should search: owners are checked when it is root, the host's name is
/// known.
ManifestSearch manifest_search();

/// A manifest that was read and checked; `pod.source_path` is where it was found.
struct Manifest {
    translate::Pod pod;
    std::string text;
};

/// What the administrator has to hear about one file: "PATH: line or pointer: found, wanted".
struct ManifestProblem {
    std::string path;
    std::string message;
    std::string str() const;
};

struct ManifestScan {
    std::vector<Manifest> manifests;  // by name
    std::vector<ManifestProblem> problems;
};

/// All manifests that count. A file that is broken is one problem and nothing else: it still
/// replaces those of its name further down. Directories that do not exist are empty.
ManifestScan scan_manifests(const ManifestSearch& search);

/// The one manifest of a pod. Errors: kNotFound when there is none or it is masked;
/// kInvalidArgument and kDenied as the problems of scan_manifests(), path first.
base::Result<Manifest> find_manifest(std::string_view pod_name, const ManifestSearch& search);

/// A file that takes the name of a pod; nothing of it was read.
struct ManifestEntry {
    std::string name;  // of the file, without its ending; not checked
    std::string path;
    bool masked = false;  // a link to /dev/null, or an empty file
};

/// The files that count, by name; hidden files, backups and other endings are left out.
std::vector<ManifestEntry> list_manifests(const ManifestSearch& search);

/// A file given by its path, anywhere; the pod is called as the file is. Owners are not checked.
/// Errors: as find_manifest().
base::Result<Manifest> load_manifest(const std::string& path);

/// What `podctl verify FILE` says: all that the generator would say about this file, and more.
struct Verification {
    std::vector<ManifestProblem> errors;
    std::vector<ManifestProblem> warnings;
    std::vector<ManifestProblem> notes{};
    std::optional<translate::Pod> pod{};  // unless it could not be read at all
};
Verification verify_manifest(const std::string& path);

}  // namespace podd::pod
