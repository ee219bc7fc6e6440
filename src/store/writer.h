// SPDX-License-Identifier: LGPL-2.1-or-later
// The writing half of the store: a workspace for each import, publishing, removing, tidying.
//
// Locks, always taken in this order, all flock(2) on directories, so that a process that is killed
// leaves none: "trees" (shared by imports, exclusive while something is removed), the workspace
// (for its life: a workspace that nobody locks is rubbish), the store's own directory (short,
// while names change).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "store/reader.h"
#include "store/record.h"

namespace podd::store {

/// A folder in tmp/ that belongs to one running import. Whatever is left in it when its owner ends
/// is removed by the next one.
class Workspace {
public:
    Workspace(Workspace&&) noexcept = default;
    Workspace& operator=(Workspace&&) noexcept = delete;
    ~Workspace();

    int fd() const { return dir_.get(); }
    /// In the store: "tmp/import-…".
    std::string path() const;

    /// Makes NAME/rootfs, which belongs to `uid` and `gid`, and opens it. O_RDONLY.
    base::Result<base::UniqueFd> make_tree(const std::string& name, std::uint32_t uid,
                                           std::uint32_t gid) const;
    /// Makes NAME/digests. O_WRONLY.
    base::Result<base::UniqueFd> make_digests(const std::string& name) const;
    /// Makes a file for a blob. O_RDWR.
    base::Result<base::UniqueFd> make_blob(const std::string& name) const;

private:
    friend class Writer;
    Workspace(base::UniqueFd tmp, std::string name, base::UniqueFd dir, base::UniqueFd trees)
        : tmp_{std::move(tmp)},
          name_{std::move(name)},
          dir_{std::move(dir)},
          trees_{std::move(trees)} {}
    base::UniqueFd tmp_;
    std::string name_;
    base::UniqueFd dir_;    // locked
    base::UniqueFd trees_;  // locked, shared
};

/// What an import adds, by its name in the workspace.
struct NewTree {
    std::string name;  // made by make_tree()
    std::string id;
};
struct NewBlob {
    std::string name;  // made by make_blob()
    std::string blob;  // "sha256/<digest>"
};
struct NewImage {
    ImageRecord record;
    std::vector<NewTree> trees;
    std::vector<NewBlob> blobs;
};

class Writer {
public:
    /// Makes the store's folders where they are missing.
    static base::Result<Writer> open(const std::string& dir);

    const Reader& reader() const { return reader_; }
    /// The store's own directory.
    int fd() const { return dir_.get(); }
    bool has_tree(std::string_view id) const;
    bool has_blob(std::string_view blob) const;

    /// Removes what dead imports left, then makes a workspace.
    base::Result<Workspace> begin();

    /// Makes the image visible, all of it or nothing, and durable. Trees and blobs that are there
    /// already are kept as they are. An image that is there already gets the new name as well.
    base::Result<> publish(const Workspace& workspace, const NewImage& image);

    /// Removes the image, its names, and the trees and blobs that no other image uses.
    /// Errors: kNotFound; kUnavailable while an import runs, which may count on its trees.
    base::Result<> remove(std::string_view id);

private:
    Writer(base::UniqueFd dir, Reader reader) : dir_{std::move(dir)}, reader_{std::move(reader)} {}

    base::Result<base::UniqueFd> open_dir(const std::string& path) const;
    base::Result<base::UniqueFd> make_workspace(int tmp, const std::string& name, bool alone) const;
    base::Result<> collect_workspaces(int tmp) const;
    base::Result<> collect_unused() const;
    base::Result<> complete_refs() const;
    base::Result<> add_ref(const ImageRecord& record) const;
    base::Result<> drop_refs(std::string_view id) const;
    base::Result<> move_tree_away(const std::string& id) const;

    base::UniqueFd dir_;
    Reader reader_;
};

}  // namespace podd::store
