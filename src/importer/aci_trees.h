// SPDX-License-Identifier: LGPL-2.1-or-later
// The root file system of an ACI: its own tree with those of the images that it depends on.
#pragma once

#include <string>

#include "base/result.h"
#include "store/writer.h"

namespace podd::importer {

/// `image` is an ACI whose own tree is its only one, in the workspace. Puts the trees of its
/// dependencies beneath it, or, where overlayfs would not show what the appc specification says,
/// one new tree in place of all of them, whose id follows from what it is made of.
/// Errors: those of store::parts_of() and store::find_dependency(); kIo.
base::Result<> lay_over_dependencies(const store::Writer& store, const store::Workspace& workspace,
                                     store::NewImage& image);

/// Makes such a tree again, out of the files that were imported. Errors: kCorrupt when they do not
/// make it any more.
base::Result<store::NewTree> render_again(const store::Writer& store,
                                          const store::Workspace& workspace,
                                          const store::ImageRecord& record,
                                          const std::string& tree);

}  // namespace podd::importer
