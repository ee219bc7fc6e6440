// SPDX-License-Identifier: LGPL-2.1-or-later
// A directory that lies in several trees, as overlayfs (mounted with userxattr) shows it.
// Source: Documentation/filesystems/overlayfs.rst.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::archive {

class LayeredDir {
public:
    /// One directory as it is: devices in it are devices.
    static base::Result<LayeredDir> plain(int dir_fd);
    /// The roots of trees, lowest first.
    static base::Result<LayeredDir> of_layers(const std::vector<int>& root_fds);

    struct Child {
        std::string name;
        int dir_fd;  // of the highest layer that has it; lives as long as the LayeredDir
    };
    /// Sorted by name, without what is hidden. Errors: kIo.
    base::Result<std::vector<Child>> children() const;
    /// A child that is a directory. Errors: kIo.
    base::Result<LayeredDir> below(const std::string& name) const;
    /// The one that gives it its owner, mode and attributes.
    int top() const { return dirs_.front().get(); }

private:
    explicit LayeredDir(bool layered) : layered_{layered} {}
    base::Result<bool> add(base::UniqueFd dir);

    bool layered_;
    std::vector<base::UniqueFd> dirs_;  // highest first
};

}  // namespace podd::archive
