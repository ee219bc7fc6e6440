// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/tree_check.h"

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "archive/digest_list.h"
#include "archive/tree_hash.h"
#include "base/file.h"
#include "importer/flow.h"
#include "importer/id_map.h"
#include "importer/image_config.h"
#include "importer/worker.h"
#include "store/layout.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMostDifferences = 100;  // of one tree: they are for a person
// A million files with paths of ordinary length.
constexpr std::size_t kMaxListBytes = std::size_t{512} << 20;

// The list of the tree as it is now.
Result<std::string> list_now(const UniqueFd& rootfs, const Progress& progress) {
    const auto mount = TRY(id_mapped_mount(rootfs.get(), Access::kRead));
    const UniqueFd list{::memfd_create("digests", MFD_CLOEXEC)};
    if (!list) return base::errno_error("making a memory file", errno);
    auto worker = TRY(Worker::start(
        {.name = "the reader of trees",
         .confinement = Confinement::kTree,
         .keep = {mount.get(), list.get()},
         .max_file_bytes = kMaxListBytes,
         .body = [&](const auto& say) -> Result<Json> {
             auto digests = TRY(archive::hash_tree(
                 mount.get(), [&](std::uint64_t bytes) { return say(Json{bytes}); }));
             TRY(archive::write_digest_list(mount.get(), list.get(), std::move(digests)));
             return Json{Json::Object{}};
         }}));
    TRY(attend(worker, progress));
    TRY(worker.result());
    if (::lseek(list.get(), 0, SEEK_SET) < 0) return base::errno_error("reading the list", errno);
    return base::read_all(list.get(), kMaxListBytes);
}

Result<TreeState> compare(const store::Reader& store, const std::string& tree,
                          const Progress& progress) {
    const auto digests = TRY(store.open_digests(tree));
    const auto listed = TRY(base::read_all(digests.get(), kMaxListBytes));
    if (!archive::listed_size(digests.get()))
        return Error{ErrorCode::kCorrupt, "the list of its files has no end"};
    const auto found = TRY(list_now(TRY(store.open_tree(tree)), progress));
    TreeState state;
    state.differences = archive::compare_digest_lists(listed, found, kMostDifferences, state.count);
    return state;
}

// The blob that makes the tree. That of an ACI is called as the image is.
Result<std::string> blob_of(const std::string& store_dir, const store::ImageRecord& image,
                            const std::string& tree) {
    if (image.kind == store::ImageKind::kAci && image.id == tree && !image.blobs.empty())
        return image.blobs.front();
    if (image.kind == store::ImageKind::kAci)
        return Error{ErrorCode::kUnsupported,
                     fmt::format("it was put together out of several images: remove image {} and "
                                 "import it again",
                                 image.manifest.name.str())};
    const auto config = TRY(read_config(store_dir, image));
    const auto layer =
        std::find_if(config.diff_ids.begin(), config.diff_ids.end(),
                     [&](const schema::Digest& digest) { return digest.str() == tree; });
    const auto at = kFirstLayerBlob + static_cast<std::size_t>(layer - config.diff_ids.begin());
    if (layer == config.diff_ids.end() || at >= image.blobs.size())
        return Error{ErrorCode::kCorrupt, "no layer of the image makes it"};
    return image.blobs[at];
}

}  // namespace

Result<> attend(Worker& worker, const Progress& progress) {
    while (!worker.finished()) {
        pollfd poll{worker.result_fd(), POLLIN, 0};
        if (::poll(&poll, 1, -1) < 0 && errno != EINTR)
            return base::errno_error("waiting for a worker", errno);
        if (poll.revents == 0) continue;
        TRY(worker.receive());
        for (const auto& said : worker.take_said())
            if (const auto bytes = said.as_uint()) progress(*bytes);
    }
    return {};
}

Result<TreeState> check_tree(const store::Reader& store, const std::string& tree,
                             const Progress& progress) {
    auto state = compare(store, tree, progress);
    if (state) return state;
    return TreeState{{{".", state.error().message()}}, 1};
}

Result<store::NewTree> rebuild_tree(const std::string& store_dir, const store::Workspace& workspace,
                                    const store::ImageRecord& image, const std::string& tree) {
    const auto blob = TRY(blob_of(store_dir, image, tree));
    const auto file = TRY(base::open_path(
        fmt::format("{}/{}/{}", store_dir, store::kBlobsDir, blob), O_RDONLY | O_NOFOLLOW));
    const auto rootfs = TRY(workspace.make_tree(tree, kForeignBase, kForeignBase));
    const auto digests = TRY(workspace.make_digests(tree));
    FlowPlan plan;
    plan.name = "the blob";
    plan.source = file.get();
    plan.rootfs_fd = rootfs.get();
    plan.digests_fd = digests.get();
    plan.any_kind = image.kind == store::ImageKind::kAci;
    auto flow = TRY(run_flow(std::move(plan)));
    const bool same = image.kind == store::ImageKind::kAci
                          ? "sha512-" + flow.content_sha512 == tree
                          : "sha256:" + flow.content_sha256 == tree;
    if (!same || "sha256/" + flow.sha256 != blob)
        return Error{
            ErrorCode::kCorrupt,
            fmt::format("\"blobs/{}\" is broken as well: remove the image and import it again",
                        blob)};
    return store::NewTree{tree, tree};
}

}  // namespace podd::importer
