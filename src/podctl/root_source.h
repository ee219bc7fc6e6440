// SPDX-License-Identifier: LGPL-2.1-or-later
// A root file system on this machine: a folder, or a tar, compressed or not.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "archive/pack.h"
#include "base/new_file.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::podctl {

class RootSource {
public:
    /// "-" is a tar on standard input. What comes from a pipe, and what a compressed tar unpacks
    /// to, is kept in a nameless file in the directory meanwhile. Errors: kNotFound, kIo;
    /// kInvalidArgument when compressed data is damaged.
    static base::Result<RootSource> open(const std::string& path, int scratch_dir);

    /// Once only. Errors: as archive/pack.h has them.
    base::Result<archive::Packed> pack(const archive::PackOptions& options,
                                       archive::TarWriter& writer) const;

private:
    RootSource(base::UniqueFd given, bool is_folder)
        : given_{std::move(given)}, is_folder_{is_folder} {}
    base::Result<> keep(int scratch_dir);
    base::Result<> unpack(int scratch_dir);
    int fd() const { return kept_.empty() ? given_.get() : kept_.back().fd(); }

    base::UniqueFd given_;
    std::vector<base::NewFile> kept_;
    bool is_folder_;
};

}  // namespace podd::podctl
