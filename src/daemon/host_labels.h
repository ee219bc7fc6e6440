// SPDX-License-Identifier: LGPL-2.1-or-later
// The labels by which an image is one for this machine.
#pragma once

#include <string>
#include <vector>

#include "schema/image_manifest.h"

namespace podd::daemon {

/// The architecture of this machine in appc's words; empty when appc has none for it.
std::string host_arch();

/// "os" and, where it is not empty, "arch".
std::vector<schema::Label> host_labels(const std::string& arch);

/// Of the host's those that were not asked for in words.
std::vector<schema::Label> unasked(const std::vector<schema::Label>& host,
                                   const std::vector<schema::Label>& asked);

/// Whether each of `wanted` has that value in `found`, or is not there at all.
bool equal_or_absent(const std::vector<schema::Label>& found,
                     const std::vector<schema::Label>& wanted);

}  // namespace podd::daemon
