// SPDX-License-Identifier: LGPL-2.1-or-later
// Looking into an image's merged file system without mounting it: users are resolved before a pod
// has mounts.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "pod/merged_dir.h"

namespace podd::pod {

/// The merged view of a stack of overlay layers, see merged_dir.h. Links are followed inside the
/// view, never out of it.
class LayeredRoot {
public:
    struct Owner {
        uid_t uid;  // as on disk
        gid_t gid;
    };

    /// `layers`: open directories (O_RDONLY), highest first.
    explicit LayeredRoot(std::vector<base::UniqueFd> layers) : layers_{std::move(layers)} {}

    /// The regular file at an absolute path; no value when nothing is there.
    /// Errors: kInvalidArgument when it is no regular file, holds more than `limit` bytes, or links
    /// run in a circle.
    base::Result<std::optional<std::string>> read_file(std::string_view path,
                                                       std::size_t limit) const;

    /// Owner of what an absolute path names; no value when nothing is there.
    base::Result<std::optional<Owner>> owner(std::string_view path) const;

    enum class Content : unsigned char { kNothing, kEmptyDirectory, kFilledDirectory, kFile };
    /// What an absolute path names; everything that is no directory counts as a file.
    base::Result<Content> content(std::string_view path) const;

    /// Absolute paths without links at which the running app has something else than the image.
    using Covered = std::set<std::string, std::less<>>;
    /// The same for mounts at any absolute paths, which follow the links of the image.
    base::Result<Covered> covered_by(const std::vector<std::string>& targets) const;

    struct Place {
        enum class Kind : unsigned char { kNothing, kDanglingLink, kDirectory, kFile, kCovered };
        Kind kind = Kind::kNothing;
        mode_t mode = 0;  // of kFile: with its type
    };
    /// What the running app finds at an absolute path: kCovered at and beneath what is covered,
    /// kDirectory on the way there. A link on the way that leads nowhere is told apart.
    base::Result<Place> look(std::string_view path, const Covered& covered) const;
    /// Opens the regular file at an absolute path of the image, O_RDONLY. Errors: kNotFound,
    /// kInvalidArgument.
    base::Result<base::UniqueFd> open_file(std::string_view path) const;
    /// The folder at an absolute path; no value when nothing is there. Errors: kInvalidArgument
    /// when it is no folder.
    base::Result<std::optional<MergedDir>> folder(std::string_view path) const;

private:
    std::vector<base::UniqueFd> layers_;
};

}  // namespace podd::pod
