// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/writer.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"
#include "store/acceptance.h"
#include "store/layout.h"
#include "store/origins.h"
#include "store/steps.h"

namespace podd::store {

using base::Durable;
using base::Error;
using base::ErrorCode;
using base::LockKind;
using base::Resolve;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::chrono::seconds kStartPatience{10};

Result<std::string> random_name() {
    std::uint64_t bits = 0;
    if (::getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits))
        return base::errno_error("getting random bytes", errno);
    return fmt::format("import-{:016x}", bits);
}

}  // namespace

Result<Writer> Writer::open(const std::string& dir) {
    const auto slash = dir.rfind('/');
    if (slash == std::string::npos || slash + 1 == dir.size())
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\" is no absolute path of a store", dir)};
    const auto parent = TRY(base::open_path(dir.substr(0, slash + 1), O_RDONLY | O_DIRECTORY));
    auto fd = TRY(base::open_or_make_dir(parent.get(), dir.substr(slash + 1), 0700));
    for (const char* name : {kBlobsDir, kTreesDir, kImagesDir, kRefsDir, kTmpDir})
        (void)TRY(base::open_or_make_dir(fd.get(), name, 0700));
    const auto blobs = TRY(base::open_or_make_dir(fd.get(), kBlobsDir, 0700));
    for (const char* algorithm : kBlobAlgorithms)
        (void)TRY(base::open_or_make_dir(blobs.get(), algorithm, 0700));
    auto reader = TRY(Reader::open(dir));
    return Writer{std::move(fd), std::move(reader)};
}

Result<UniqueFd> Writer::open_dir(const std::string& path) const {
    return base::open_at(dir_.get(), path, O_RDONLY | O_DIRECTORY, 0, Resolve::kNoSymlinks);
}

Result<UniqueFd> Writer::lock_store() const {
    auto store = TRY(open_dir("."));
    TRY(base::lock(store.get(), LockKind::kExclusive));
    return store;
}

// A start that hangs, say on a volume of a dead file server, must not hang all removals.
Result<UniqueFd> Writer::lock_images() const {
    auto images = TRY(open_dir(kImagesDir));
    if (!TRY(base::lock_within(images.get(), LockKind::kExclusive, kStartPatience)))
        return Error{ErrorCode::kUnavailable,
                     "pods are being started, and it is not known yet which images they use: try "
                     "again when they run"};
    return images;
}

bool Writer::has_tree(std::string_view id) const {
    return is_id(id) && exists(dir_.get(), fmt::format("{}/{}/{}", kTreesDir, id, kRootfs));
}

bool Writer::has_blob(std::string_view blob) const {
    return is_blob(blob) && exists(dir_.get(), blob_path(blob));
}

Result<Workspace> Writer::begin(const InUse& in_use) {
    auto trees = TRY(open_dir(kTreesDir));
    // With the exclusive lock nobody else imports: whatever has no image is rubbish.
    const bool alone = TRY(base::try_lock(trees.get(), LockKind::kExclusive));
    if (!alone) TRY(base::lock(trees.get(), LockKind::kShared));
    auto tmp = TRY(open_dir(kTmpDir));
    auto name = TRY(random_name());
    auto dir = TRY(make_workspace(tmp.get(), name, alone ? &in_use : nullptr));
    // Only now, without the store's lock: whoever removes an image takes the two in this order.
    if (alone) TRY(base::lock(trees.get(), LockKind::kShared));
    return Workspace{std::move(tmp), std::move(name), std::move(dir), std::move(trees)};
}

// A record that somebody has deleted takes no tree from a pod that runs.
Result<> Writer::tidy_up(const InUse& in_use, Collected& collected) const {
    if (const auto trees = in_use())
        TRY(collect_unused(*trees, collected));
    else
        base::log_line(base::LogLevel::kWarning,
                       fmt::format("no tree and no blob is removed: {}", trees.error().message()));
    return complete_refs();
}

Result<UniqueFd> Writer::make_workspace(int tmp, const std::string& name,
                                        const InUse* in_use) const {
    const auto store = TRY(lock_store());
    Collected collected;
    TRY(collect_workspaces(tmp, collected));
    TRY(collect_unwritten(collected));
    if (in_use != nullptr) TRY(tidy_up(*in_use, collected));
    auto dir = TRY(base::open_or_make_dir(tmp, name, 0700));
    TRY(base::lock(dir.get(), LockKind::kExclusive));
    return dir;
}

Result<> Writer::publish(const Workspace& workspace, const NewImage& image) {
    // Everything is on the disk before anything has its name: one flush for all files.
    if (::syncfs(workspace.fd()) < 0) return base::errno_error("flushing the new image", errno);
    const auto store = TRY(lock_store());
    const auto trees = TRY(open_dir(kTreesDir));
    for (const auto& tree : image.trees)
        if (!has_tree(tree.id)) TRY(rename_at(workspace.fd(), tree.name, trees.get(), tree.id));
    for (const auto& blob : image.blobs)
        if (!has_blob(blob.blob))
            TRY(rename_at(workspace.fd(), blob.name, dir_.get(), blob_path(blob.blob)));
    for (const auto& tree : image.record.trees)
        if (!has_tree(tree))
            return Error{ErrorCode::kInternal, fmt::format("tree \"{}\" is missing", tree)};
    TRY(sync_dir(trees.get()));
    for (const char* algorithm : kBlobAlgorithms)
        TRY(sync_dir(TRY(open_dir(fmt::format("{}/{}", kBlobsDir, algorithm))).get()));
    ImageRecord record = image.record;
    if (const auto old = reader_.by_id(record.id)) {
        record.verification = stronger(old->verification, record.verification);
        record.origins = merge_origins(old->origins, record.origins);
    }
    const auto images = TRY(open_dir(kImagesDir));
    TRY(base::write_file(images.get(), record.id + ".json", to_json(record).str(2) + "\n", 0600,
                         Durable::kYes));
    return add_ref(record);
}

Result<> Writer::renew(std::string_view id, const Origin& origin) const {
    const auto store = TRY(lock_store());
    auto record = TRY(reader_.by_id(id));
    record.origins = merge_origins(record.origins, {origin});
    const auto images = TRY(open_dir(kImagesDir));
    return base::write_file(images.get(), record.id + ".json", to_json(record).str(2) + "\n", 0600,
                            Durable::kYes);
}

Result<> Writer::replace_tree(const Workspace& workspace, const NewTree& tree,
                              const std::function<Result<>()>& check) const {
    if (::syncfs(workspace.fd()) < 0) return base::errno_error("flushing the new tree", errno);
    const auto images = TRY(lock_images());
    const auto trees = TRY(open_dir(kTreesDir));
    TRY(check());
    if (!exists(trees.get(), tree.id))
        TRY(rename_at(workspace.fd(), tree.name, trees.get(), tree.id));
    else if (::renameat2(workspace.fd(), tree.name.c_str(), trees.get(), tree.id.c_str(),
                         RENAME_EXCHANGE) < 0)
        return base::errno_error(fmt::format("putting tree \"{}\" in its place", tree.id), errno);
    return sync_dir(trees.get());
}

}  // namespace podd::store
