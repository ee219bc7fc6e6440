// SPDX-License-Identifier: LGPL-2.1-or-later
// The images that a pod's apps run, fetched as its manifest says.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "pod/manifest_files.h"
#include "podctl/manager.h"
#include "podctl/options.h"
#include "podctl/pull_plan.h"
#include "podctl/verbs.h"

namespace podd::podctl {

/// As systemctl tells a path from a name: "web" is a pod, "web.json" and "./web" are files.
bool is_manifest_file(const std::string& word);

/// The manifest of a declared pod, or that in a file. Errors: kNotFound, those of the manifest.
base::Result<pod::Manifest> manifest_of(const std::string& word);

/// Prints what went wrong; `not_found` is the exit status when something was not there.
ExitStatus tell(const base::Error& error, const Options& options, ExitStatus not_found);

/// Fetches the images of a pod one after the other; returns their ids. Errors: those of the fetch,
/// pod, app and image first.
base::Result<std::vector<std::string>> pull_images(Session& session, const translate::Pod& pod,
                                                   const Options& options);

}  // namespace podd::podctl
