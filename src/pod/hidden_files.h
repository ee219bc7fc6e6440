// SPDX-License-Identifier: LGPL-2.1-or-later
// Files of an image that nobody sees, because a volume lies over them.
#pragma once

#include "pod/layered_root.h"
#include "pod/resolve.h"

namespace podd::pod {

/// Adds a warning for each volume that hides files of the image or takes the place of one. What
/// lies in another volume hides nothing more.
/// Source: appc spec 0.8.11, ace.md "Volumes".
void note_hidden_files(ResolvedApp& app, const LayeredRoot& root);

}  // namespace podd::pod
