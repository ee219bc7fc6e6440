// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/aci_trees.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>

#include "archive/digest_list.h"
#include "archive/render.h"
#include "base/file.h"
#include "base/hash.h"
#include "importer/flow.h"
#include "importer/id_map.h"
#include "importer/worker.h"
#include "store/dependencies.h"
#include "store/layout.h"
#include "store/record.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using base::UniqueFd;
using store::Part;

namespace {

constexpr const char* kRendered = "rendered";
// The kernel takes one page of mount options; OCI images have no more layers either.
constexpr std::size_t kMaxStacked = 127;
constexpr std::uint64_t kMaxListBytes = std::uint64_t{16} << 30;

// Hashed with all that decides what the tree holds. Another version of podd that renders otherwise
// must write another first line.
std::string rendered_id(const std::vector<Part>& parts) {
    std::string text = "podd rendered tree 1\n";
    for (const auto& part : parts) {
        text += part.image;
        text += part.kept ? fmt::format(" {}\n", part.kept->size()) : "\n";
        for (const auto& path : part.kept.value_or(std::vector<std::string>{})) {
            text += path;
            text += '\0';
        }
    }
    return "sha512-" + base::hash_hex(base::HashAlgorithm::kSha512, text);
}

class AciTrees {
public:
    /// `name`: of the new tree in the workspace.
    AciTrees(const store::Writer& store, const store::Workspace& workspace, store::NewImage& image,
             std::string name)
        : store_{store}, workspace_{workspace}, image_{image}, name_{std::move(name)} {}

    Result<> lay_over() {
        TRY(find_parts());
        keep_dependencies();
        // Made just now; nothing has its final name yet.
        own_[image_.record.id] = fmt::format("{}/{}", workspace_.path(), image_.trees.front().name);
        if (TRY(can_be_stacked())) return stack();
        return replace(rendered_id(parts_));
    }

    // Trees in the store may be broken in the same way: files are shared with them.
    Result<store::NewTree> again(const std::string& id) {
        TRY(find_parts());
        if (rendered_id(parts_) != id)
            return Error{ErrorCode::kCorrupt,
                         "its dependencies are others by now: import the image again"};
        for (const auto& part : parts_)
            if (!own_.contains(part.image))
                TRY_CONTEXT(unpack_again(part.image), "image \"{}\"", part.image);
        TRY(render());
        return store::NewTree{name_, id};
    }

private:
    Result<> find_parts() {
        const auto& reader = store_.reader();
        const auto find = [&](const schema::Dependency& dependency) -> Result<store::ImageRecord> {
            auto found = TRY(store::find_dependency(reader, dependency));
            blobs_[found.id] = found.blobs;
            dependencies_.insert_or_assign(found.id, store::dependency_record(found));
            return found;
        };
        const auto& record = image_.record;
        blobs_[record.id] = record.blobs;
        parts_ = TRY(store::parts_of(record.id, record.manifest, find));
        return {};
    }

    // They may be removed, and what is known of them must not be lost with them.
    void keep_dependencies() {
        auto& kept = image_.record.dependencies;
        kept.clear();
        for (auto& [id, dependency] : dependencies_)
            kept.push_back(std::move(dependency));
    }

    // A directory that no member of an archive named shows what it is like in the images below;
    // overlayfs would show it as it was made up for this image.
    Result<bool> can_be_stacked() const {
        if (parts_.size() > kMaxStacked) return false;
        for (const auto& part : parts_) {
            if (part.kept) return false;
            // An image that was rendered has no tree of its own in the store.
            if (!own_.contains(part.image) && !store_.has_tree(part.image)) return false;
            if (&part != &parts_.front() && TRY(size_of(part.image)).unnamed > 0) return false;
        }
        return true;
    }

    // In the store.
    std::string folder_of(const std::string& tree) const {
        const auto own = own_.find(tree);
        return own != own_.end() ? own->second : fmt::format("{}/{}", store::kTreesDir, tree);
    }

    Result<UniqueFd> open_list(const std::string& tree) const {
        return base::open_at(store_.fd(), fmt::format("{}/{}", folder_of(tree), store::kDigests),
                             O_RDONLY | O_NOFOLLOW, 0, base::Resolve::kNoSymlinks);
    }

    Result<archive::TreeSize> size_of(const std::string& tree) const {
        const auto list = TRY(open_list(tree));
        const auto size = archive::listed_size(list.get());
        if (!size)
            return Error{ErrorCode::kCorrupt,
                         fmt::format("the list of files of tree \"{}\" is damaged", tree)};
        return *size;
    }

    Result<> stack() {
        auto& record = image_.record;
        record.trees.clear();
        record.size_bytes = 0;
        for (const auto& part : parts_) {
            record.trees.push_back(part.image);
            record.size_bytes += TRY(size_of(part.image))
            .bytes;
        }
        return {};
    }

    Result<> replace(const std::string& id) {
        auto& record = image_.record;
        record.trees = {id};
        image_.trees.clear();
        if (store_.has_tree(id)) {
            record.size_bytes = TRY(size_of(id))
            .bytes;
            return {};
        }
        for (const auto& part : parts_)
            if (!own_.contains(part.image) && !store_.has_tree(part.image))
                TRY_CONTEXT(unpack_again(part.image), "image \"{}\"", part.image);
        record.size_bytes =
            TRY_CONTEXT(render(), "putting the image and its dependencies together");
        image_.trees.push_back({name_, id});
        return {};
    }

    // Out of the file that was imported. Only for this rendering: the links to its files stay.
    Result<> unpack_again(const std::string& id) {
        const auto& blobs = blobs_.at(id);
        if (blobs.empty()) return Error{ErrorCode::kCorrupt, "it has no file in the store"};
        const auto name = fmt::format("{}-{}", name_, own_.size());
        const auto blob = TRY(store_.reader().open_blob(blobs.front()));
        const auto rootfs = TRY(workspace_.make_tree(name, kForeignBase, kForeignBase));
        const auto digests = TRY(workspace_.make_digests(name));
        FlowPlan plan;
        plan.source = blob.get();
        plan.rootfs_fd = rootfs.get();
        plan.digests_fd = digests.get();
        plan.any_kind = true;
        auto flow = TRY(run_flow(std::move(plan)));
        if ("sha512-" + flow.content_sha512 != id)
            return Error{ErrorCode::kCorrupt, "its file in the store is damaged"};
        own_[id] = fmt::format("{}/{}", workspace_.path(), name);
        return {};
    }

    // Hard links do not lead from one mount to another, so all trees are opened on the same. What
    // lies between them belongs to the host's root, who is nobody in the worker.
    Result<UniqueFd> open_root(const UniqueFd& mount, const std::string& folder) const {
        return base::open_at(mount.get(), fmt::format("{}/{}", folder, store::kRootfs),
                             O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, base::Resolve::kNoSymlinks);
    }

    Result<std::uint64_t> render() {
        (void)TRY(workspace_.make_tree(name_, kForeignBase, kForeignBase));
        const auto list = TRY(workspace_.make_digests(name_));
        const auto mount = TRY(id_mapped_mount(store_.fd(), Access::kWrite, HostRoot::kStays));
        const auto root = TRY(open_root(mount, fmt::format("{}/{}", workspace_.path(), name_)));
        std::vector<UniqueFd> open;
        std::vector<int> keep{root.get(), list.get()};
        std::vector<archive::RenderPart> sources;
        for (const auto& part : parts_) {
            open.push_back(TRY(open_root(mount, folder_of(part.image))));
            open.push_back(TRY(open_list(part.image)));
            sources.push_back({open[open.size() - 2].get(), open.back().get(), part.kept});
            keep.insert(keep.end(), {sources.back().root_fd, sources.back().digests_fd});
        }
        auto worker = TRY(Worker::start({.name = "the renderer",
                                         .confinement = Confinement::kTree,
                                         .keep = std::move(keep),
                                         .max_file_bytes = kMaxListBytes,
                                         .body = [&](const auto&) -> Result<Json> {
                                             const auto size = TRY(
                                                 archive::render(sources, root.get(), list.get()));
                                             Json json;
                                             json.add("bytes", size.bytes);
                                             return json;
                                         }}));
        while (!TRY(worker.receive())) {
        }
        const auto json = TRY(worker.result());
        const Json* bytes = json.find("bytes");
        const auto value = bytes == nullptr ? std::nullopt : bytes->as_uint();
        if (!value) return Error{ErrorCode::kInternal, "the renderer gave no readable result"};
        return *value;
    }

    const store::Writer& store_;
    const store::Workspace& workspace_;
    store::NewImage& image_;
    std::string name_;
    std::vector<Part> parts_;
    std::map<std::string, std::string> own_;  // image → folder of its own tree in the workspace
    std::map<std::string, std::vector<std::string>> blobs_;
    std::map<std::string, store::DependencyRecord> dependencies_;
};

}  // namespace

Result<> lay_over_dependencies(const store::Writer& store, const store::Workspace& workspace,
                               store::NewImage& image) {
    AciTrees trees{store, workspace, image, kRendered};
    return trees.lay_over();
}

Result<store::NewTree> render_again(const store::Writer& store, const store::Workspace& workspace,
                                    const store::ImageRecord& record, const std::string& tree) {
    store::NewImage image{.record = record, .trees = {}, .blobs = {}};
    AciTrees trees{store, workspace, image, tree};
    return trees.again(tree);
}

}  // namespace podd::importer
