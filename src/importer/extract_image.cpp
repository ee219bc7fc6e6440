// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "extract": the files of an image, as a pod sees them, in one tar.
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <fcntl.h>

#include "archive/limits.h"
#include "archive/pack.h"
#include "archive/tar_writer.h"
#include "base/file.h"
#include "importer/care.h"
#include "importer/id_map.h"
#include "importer/in_use.h"
#include "importer/tree_check.h"
#include "importer/worker.h"
#include "store/layout.h"
#include "store/writer.h"

namespace podd::importer {

using base::Json;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::uint64_t kProgressBytes = std::uint64_t{4} << 20;

archive::TarEntry manifest_entry(std::size_t size) {
    archive::TarEntry entry;
    entry.name = "manifest";
    entry.mode = 0644;
    entry.size = size;
    return entry;
}

// In the worker: whatever names and attributes the trees hold, they are read here only.
Result<Json> write_tar(const std::vector<int>& layers, const std::string& manifest, int out,
                       const std::function<Result<>(Json)>& say) {
    std::uint64_t written = 0;
    std::uint64_t told = 0;
    auto tar = TRY(archive::TarWriter::create([&](std::string_view bytes) -> Result<> {
        TRY_CONTEXT(base::write_all(out, bytes), "writing the file");
        written += bytes.size();
        if (written - told < kProgressBytes) return {};
        told = written;
        return say(Json{written});
    }));
    TRY(tar.add_file(manifest_entry(manifest.size()), manifest));
    TRY(archive::pack_layers(layers, {}, tar));
    TRY(tar.finish());
    return Json{Json::Object{}};
}

class Extraction {
public:
    Extraction(const Care& care, const store::Writer& store, const store::Workspace& workspace,
               Report& report)
        : care_{care}, store_{store}, workspace_{workspace}, report_{report} {}

    Result<> run(const store::ImageRecord& image) {
        const bool own = care_.own && image.kind == store::ImageKind::kAci;
        for (const auto& tree : own ? std::vector{image.id} : image.trees) {
            roots_.push_back(TRY(open_tree(image, tree)));
            mounts_.push_back(TRY(id_mapped_mount(roots_.back().get(), Access::kRead)));
        }
        std::vector<int> layers;
        layers.reserve(mounts_.size());
        for (const auto& mount : mounts_)
            layers.push_back(mount.get());
        auto keep = layers;
        keep.push_back(care_.out);
        auto worker = TRY(
            Worker::start({.name = "the reader of trees",
                           .confinement = Confinement::kTree,
                           .keep = std::move(keep),
                           .max_file_bytes = archive::Limits{}.max_stream_bytes,
                           .body = [&, manifest = image.manifest.to_json().str()](const auto& say) {
                               return write_tar(layers, manifest, care_.out, say);
                           }}));
        TRY(attend(worker, [&](std::uint64_t bytes) { report_.progress(bytes, std::nullopt); }));
        TRY(worker.result());
        return {};
    }

private:
    // An image that was put together with others has no tree of its own in the store.
    Result<UniqueFd> open_tree(const store::ImageRecord& image, const std::string& tree) {
        if (store_.has_tree(tree)) return store_.reader().open_tree(tree);
        const auto made = TRY(rebuild_tree(care_.store, workspace_, image, tree));
        return base::open_at(workspace_.fd(), made.name + "/" + store::kRootfs,
                             O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, base::Resolve::kNoSymlinks);
    }

    const Care& care_;
    const store::Writer& store_;
    const store::Workspace& workspace_;
    Report& report_;
    std::vector<UniqueFd> roots_;
    std::vector<UniqueFd> mounts_;
};

}  // namespace

Result<> extract_image(const Care& care, Report& report) {
    auto store = TRY(store::Writer::open(care.store));
    // As long as it lives, nothing is removed.
    const auto workspace = TRY(store.begin(trees_in_use(care.run_dir)));
    const auto image = TRY(store.reader().by_id(care.images.front()));
    TRY(Extraction(care, store, workspace, report).run(image));
    report.image(image.id, image.manifest.name.str(), {});
    return {};
}

}  // namespace podd::importer
