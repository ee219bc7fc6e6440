// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/layers.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "archive/attributes.h"
#include "archive/digest_list.h"
#include "archive/member_path.h"
#include "base/file.h"
#include "importer/flow.h"
#include "importer/id_map.h"
#include "store/record.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kAtOnce = 2;  // a decompressor and an unpacker each

// A layer's file, open for as long as it is read, and the tree that the store has of it.
struct Source {
    Depth depth = Depth::kTree;
    archive::TreeSize tree;
    UniqueFd file;
    UniqueFd blob;
    UniqueFd rootfs;
    UniqueFd digests;
};

struct Done {
    schema::OciBlob blob;
    std::uint64_t bytes = 0;  // of the tree
    bool is_new = true;       // the tree is in the workspace, else in the store
};

Error layer_error(std::size_t number, std::size_t count, const std::string& why) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("layer {} of {}: {}", number + 1, count, why)};
}

class LayerImport {
public:
    LayerImport(const store::Writer& store, const store::Workspace& workspace, int dir_fd,
                const std::vector<LayerDescription>& layers, Before before, Missing missing,
                Report& report)
        : store_{store},
          workspace_{workspace},
          dir_fd_{dir_fd},
          layers_{layers},
          before_{before},
          missing_{missing},
          report_{report} {}

    Result<ImportedLayers> run() {
        TRY(find_work());
        std::vector<store::Unreadable> passed_over;
        for (const auto& image : TRY(store_.reader().list(&passed_over)))
            for (auto& layer : store::layers_of(image))
                checked_.insert(std::move(layer));
        TRY(run_flows(
            work_.size(), kAtOnce, [this](std::size_t i) { return start(i); },
            [this](std::size_t i, FlowResult result) { return check(i, std::move(result)); }));
        return collect();
    }

private:
    // A layer that stands in the image twice is read once.
    Result<> find_work() {
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const bool first = std::none_of(work_.begin(), work_.end(), [&](std::size_t other) {
                return layers_[other].path == layers_[i].path &&
                       layers_[other].diff_id == layers_[i].diff_id;
            });
            if (!first) continue;
            work_.push_back(i);
            struct stat st{};
            const auto file = TRY(open_layer(i));
            auto& state = states_.emplace_back();
            if (::fstat(file.get(), &st) == 0) state.total = static_cast<std::uint64_t>(st.st_size);
        }
        sources_.resize(work_.size());
        return {};
    }

    Result<UniqueFd> open_stored(std::size_t layer, std::string_view hex) const {
        auto blob = store_.reader().open_blob(fmt::format("sha256/{}", hex));
        if (blob || blob.error().code() != ErrorCode::kNotFound) return blob;
        return Error{ErrorCode::kNotFound,
                     fmt::format("layer {} of {} was in the store when the fetch began, and is not "
                                 "any more\nhint: fetch the image again",
                                 layer + 1, layers_.size())};
    }

    Result<UniqueFd> open_layer(std::size_t layer) const {
        const auto& path = layers_[layer].path;
        auto opened = base::open_at(dir_fd_, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        const bool is_missing = !opened && opened.error().code() == ErrorCode::kNotFound;
        const auto& digest = layers_[layer].digest;
        if (is_missing && missing_ == Missing::kFromStore && digest)
            return open_stored(layer, digest->hex());
        auto file = TRY_CONTEXT(std::move(opened), "layer {} of {}", layer + 1, layers_.size());
        struct stat st{};
        if (::fstat(file.get(), &st) < 0 || !S_ISREG(st.st_mode))
            return layer_error(layer, layers_.size(),
                               fmt::format("{} is no regular file", archive::quoted(path)));
        return file;
    }

    static std::string blob_name(std::size_t layer) { return fmt::format("blob-{}", layer); }
    static std::string tree_name(std::size_t layer) { return fmt::format("tree-{}", layer); }

    // How big the layer's tree in the store is, when there is one: it stays for as long as the
    // workspace does.
    std::optional<archive::TreeSize> stored_tree(const LayerDescription& layer) const {
        const auto list = store_.reader().open_digests(layer.diff_id.str());
        if (!list || !store_.has_tree(layer.diff_id.str())) return std::nullopt;
        return archive::listed_size(list->get());
    }

    // Whether it was seen with an image before which tar the blob is; a tree may have come packed
    // otherwise.
    bool was_checked(const LayerDescription& layer) const {
        if (before_ == Before::kImage) return true;
        return layer.digest && checked_.contains({fmt::format("sha256/{}", layer.digest->hex()),
                                                  layer.diff_id.str()});
    }

    Result<Source> open_source(std::size_t layer) const {
        const auto& wanted = layers_[layer];
        Source source;
        source.file = TRY(open_layer(layer));
        if (!wanted.digest || !store_.has_blob(fmt::format("sha256/{}", wanted.digest->hex())))
            source.blob = TRY(workspace_.make_blob(blob_name(layer)));
        if (const auto tree = stored_tree(wanted)) {
            source.depth = was_checked(wanted) ? Depth::kSource : Depth::kContent;
            source.tree = *tree;
            return source;
        }
        source.rootfs = TRY(workspace_.make_tree(tree_name(layer), kForeignBase, kForeignBase));
        source.digests = TRY(workspace_.make_digests(tree_name(layer)));
        return source;
    }

    Result<std::unique_ptr<Flow>> start(std::size_t index) {
        const auto layer = work_[index];
        sources_[index] = TRY(open_source(layer));
        const auto& source = sources_[index];
        FlowPlan plan;
        plan.depth = source.depth;
        plan.name = fmt::format("layer {} of {}", layer + 1, layers_.size());
        plan.source = source.file.get();
        plan.blob_fd = source.blob.get();
        plan.rootfs_fd = source.rootfs.get();
        plan.digests_fd = source.digests.get();
        states_[index].state = source.depth == Depth::kTree ? base::LayerState::kUnpacking
                                                            : base::LayerState::kChecking;
        plan.progress = [this, index](std::uint64_t bytes) {
            states_[index].bytes += bytes;
            report_.progress(states_);
        };
        return TRY_CONTEXT(Flow::start(std::move(plan)), "layer {} of {}", layer + 1,
                           layers_.size());
    }

    Result<> check(std::size_t index, FlowResult result) {
        const auto layer = work_[index];
        const auto source = std::exchange(sources_[index], {});
        const auto& wanted = layers_[layer];
        const auto differs = [&](std::string_view what, std::string_view found,
                                 std::string_view said) {
            return layer_error(layer, layers_.size(),
                               fmt::format("its {} is {}, the image says {}", what, found, said));
        };
        if (wanted.digest && wanted.digest->hex() != result.sha256)
            return differs("digest", "sha256:" + result.sha256, wanted.digest->str());
        if (wanted.digest && wanted.size != result.size)
            return differs("size", fmt::format("{}", result.size), fmt::format("{}", wanted.size));
        if (source.depth != Depth::kSource && wanted.diff_id.hex() != result.content_sha256)
            return differs("DiffID", "sha256:" + result.content_sha256, wanted.diff_id.str());
        for (const auto& note : result.unpacked.notes)
            result_.notes.push_back(
                fmt::format("layer {} of {}: {}", layer + 1, layers_.size(), note));
        const bool is_new = source.depth == Depth::kTree;
        done_[layer] = {{result.sha256, result.size,
                         std::string{archive::compression_name(result.compression)}},
                        is_new ? result.unpacked.bytes : source.tree.bytes,
                        is_new};
        if (is_new) result_.new_trees.push_back({tree_name(layer), wanted.diff_id.str()});
        if (source.blob) result_.new_blobs.push_back({blob_name(layer), "sha256/" + result.sha256});
        states_[index].state = base::LayerState::kDone;
        report_.progress(states_);
        return {};
    }

    // What lies below a layer whose root is opaque is hidden. Overlayfs looks at that mark
    // everywhere but at the root of a layer.
    Result<bool> hides_all(std::size_t layer) const {
        const auto tree = done_.at(layer).is_new
            ? TRY(base::open_at(workspace_.fd(), fmt::format("{}/rootfs", tree_name(layer)),
                                O_PATH | O_DIRECTORY))
                : TRY(store_.reader().open_tree(layers_[layer].diff_id.str()));
                const auto rootfs = TRY(base::open_at(tree.get(), ".", O_RDONLY | O_DIRECTORY));
                char value = 0;
                return ::fgetxattr(rootfs.get(), archive::kOpaque, &value, 1) == 1 && value == 'y';
    }

    Result<ImportedLayers> collect() {
        for (std::size_t i = 0; i < layers_.size(); ++i) {
            const auto same = *std::find_if(work_.begin(), work_.end(), [&](std::size_t other) {
                return layers_[other].path == layers_[i].path &&
                       layers_[other].diff_id == layers_[i].diff_id;
            });
            result_.blobs.push_back(done_.at(same).blob);
            const auto& tree = layers_[i].diff_id.str();
            // Overlayfs takes no layer twice; its upper place decides what is seen.
            std::erase(result_.trees, tree);
            if (TRY(hides_all(same))) result_.trees.clear();
            result_.trees.push_back(tree);
        }
        for (const auto& [layer, done] : done_)
            if (std::find(result_.trees.begin(), result_.trees.end(),
                          layers_[layer].diff_id.str()) != result_.trees.end())
                result_.size_bytes += done.bytes;
        return std::move(result_);
    }

    const store::Writer& store_;
    const store::Workspace& workspace_;
    int dir_fd_;
    const std::vector<LayerDescription>& layers_;
    Before before_;
    Missing missing_;
    Report& report_;
    std::vector<std::size_t> work_;            // indexes into layers_
    std::vector<Source> sources_;              // as work_
    std::vector<base::LayerProgress> states_;  // as work_
    std::map<std::size_t, Done> done_;
    std::set<std::pair<std::string, std::string>> checked_;  // {blob, tree} of images in the store
    ImportedLayers result_;
};

}  // namespace

Result<ImportedLayers> import_layers(const store::Writer& store, const store::Workspace& workspace,
                                     int dir_fd, const std::vector<LayerDescription>& layers,
                                     Before before, Missing missing, Report& report) {
    LayerImport import{store, workspace, dir_fd, layers, before, missing, report};
    return import.run();
}

}  // namespace podd::importer
