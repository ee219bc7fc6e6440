// SPDX-License-Identifier: LGPL-2.1-or-later
// The writing half of the store: a workspace for each import, publishing, removing, tidying.
//
// Locks, always taken in this order, all flock(2) on directories, so that a process that is killed
// leaves none: "trees" (shared by imports, exclusive while something is removed), the workspace
// (for its life: a workspace that nobody locks is rubbish), "images" (short: shared by a pod that
// starts, until its plan names its images; exclusive while an image is made unusable, which no plan
// may name), the store's own directory (short, while names change).
#pragma once

#include <cstdint>
#include <functional>
#include <set>
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

/// What no image refers to, and what became of it.
struct Collected {
    std::vector<std::string> removed;  // files of the store: "trees/sha256:…", "tmp/import-…"
    std::vector<std::string> left;     // why something that may be rubbish stays
};

/// Something in the store that does not fit.
struct Problem {
    enum class Cure : unsigned char {
        kMoveAside,     // the file is of no use to anybody
        kCompleteRefs,  // names are made again out of the images
        kDropName,      // a name leads to the image `id`, which is gone
        kCollect,       // as collect()
        kOther,         // nothing that can be done here
    };
    std::string file;  // in the store
    std::string what;
    std::string advice;
    Cure cure = Cure::kOther;
    std::string id{};
};

class Writer {
public:
    /// The trees that pods use, whether or not a record names them. Errors: who uses what is not
    /// known.
    using InUse = std::function<base::Result<std::set<std::string>>()>;
    /// The same; an error when something in use would be taken away. Called under the lock that
    /// keeps pods from starting.
    using Check = std::function<base::Result<std::set<std::string>>(const ImageRecord&)>;

    /// Makes the store's folders where they are missing.
    static base::Result<Writer> open(const std::string& dir);

    const Reader& reader() const { return reader_; }
    /// The store's own directory.
    int fd() const { return dir_.get(); }
    bool has_tree(std::string_view id) const;
    bool has_blob(std::string_view blob) const;

    /// Removes what dead imports left, then makes a workspace. Where it is not known what pods use,
    /// no tree is removed.
    base::Result<Workspace> begin(const InUse& in_use);

    /// Makes the image visible, all of it or nothing, and durable. Trees and blobs that are there
    /// already are kept as they are. An image that is there already gets the new name as well.
    base::Result<> publish(const Workspace& workspace, const NewImage& image);

    /// Notes that the image's server was asked again and had nothing new. Errors: kNotFound.
    base::Result<> renew(std::string_view id, const Origin& origin) const;

    /// Removes the image, its names, and the trees and blobs that neither another image nor a pod
    /// uses. The check
    /// and the removal are one step: no pod starts in between.
    /// Errors: kNotFound; those of `check`; kUnavailable while an import runs, which may count on
    /// its trees.
    base::Result<> remove(std::string_view id, const Check& check);

    /// Removes what no image refers to but the trees `in_use`. Nothing but folders of dead imports
    /// while an import runs.
    base::Result<Collected> collect(const std::set<std::string>& in_use) const;

    /// Puts a tree of the workspace in the place of the store's, at once; the old one goes with the
    /// workspace. `check` is called under the lock that keeps pods from starting.
    base::Result<> replace_tree(const Workspace& workspace, const NewTree& tree,
                                const std::function<base::Result<>()>& check) const;

    /// Records, names, trees and blobs against each other. Contents are not read.
    base::Result<std::vector<Problem>> problems(const std::set<std::string>& in_use) const;

    /// Does what cures the problem; `check` gets the id of a record that is to be moved aside, as
    /// above. False when nothing can be done here.
    base::Result<bool> cure(const Problem& problem,
                            const std::function<base::Result<>(std::string_view id)>& check) const;

private:
    Writer(base::UniqueFd dir, Reader reader) : dir_{std::move(dir)}, reader_{std::move(reader)} {}

    base::Result<base::UniqueFd> open_dir(const std::string& path) const;
    base::Result<base::UniqueFd> lock_images() const;
    base::Result<base::UniqueFd> lock_store() const;
    base::Result<base::UniqueFd> make_workspace(int tmp, const std::string& name,
                                                const InUse* in_use) const;
    base::Result<> tidy_up(const InUse& in_use, Collected& collected) const;
    base::Result<> collect_workspaces(int tmp, Collected& collected) const;
    base::Result<> collect_unwritten(Collected& collected) const;
    base::Result<> collect_unused(const std::set<std::string>& in_use, Collected& collected) const;
    base::Result<> complete_refs() const;
    base::Result<> add_ref(const ImageRecord& record) const;
    base::Result<> drop_refs(std::string_view id) const;
    base::Result<> move_tree_away(const std::string& id) const;
    base::Result<> move_aside(const std::string& file) const;

    base::UniqueFd dir_;
    Reader reader_;
};

}  // namespace podd::store
