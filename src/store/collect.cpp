// SPDX-License-Identifier: LGPL-2.1-or-later
// What no image needs any more.
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"
#include "store/layout.h"
#include "store/steps.h"
#include "store/writer.h"

namespace podd::store {

using base::Error;
using base::ErrorCode;
using base::LockKind;
using base::Result;
using base::UniqueFd;

// A workspace whose lock can be had has no owner any more. The caller holds the store's lock, so
// none is just being made.
Result<> Writer::collect_workspaces(int tmp, Collected& collected) const {
    for (const auto& name : TRY(base::list_dir(tmp))) {
        const UniqueFd dir{
            ::openat(tmp, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        if (dir && !TRY(base::try_lock(dir.get(), LockKind::kExclusive))) continue;
        TRY_CONTEXT(base::remove_tree(tmp, name), "tidying up after an import that was cut short");
        collected.removed.push_back(fmt::format("{}/{}", kTmpDir, name));
    }
    return {};
}

// Records and names are written by whoever holds the store's lock, as the caller does: one that is
// not whole now will never be.
Result<> Writer::collect_unwritten(Collected& collected) const {
    for (const char* folder : {kImagesDir, kRefsDir}) {
        const auto dir = TRY(open_dir(folder));
        for (const auto& name : TRY(base::list_dir(dir.get()))) {
            if (!base::is_temporary_name(name)) continue;
            TRY(base::remove_tree(dir.get(), name));
            collected.removed.push_back(fmt::format("{}/{}", folder, name));
        }
    }
    return {};
}

// Between the publishing of trees and that of the record a crash leaves whole trees and blobs that
// no image names.
Result<> Writer::collect_unused(const std::set<std::string>& in_use, Collected& collected) const {
    auto used = in_use;
    std::vector<Unreadable> unreadable;
    for (const auto& record : TRY(reader_.list(&unreadable))) {
        used.insert(record.trees.begin(), record.trees.end());
        used.insert(record.blobs.begin(), record.blobs.end());
    }
    // What such a record names is not known, so nothing can be said to be rubbish.
    if (!unreadable.empty()) {
        collected.left.push_back(
            fmt::format("no tree and no blob is removed while an image cannot be read: {}; see "
                        "'podctl store fsck'",
                        unreadable.front().error.message()));
        base::log_line(base::LogLevel::kWarning, collected.left.back());
        return {};
    }
    const auto trees = TRY(open_dir(kTreesDir));
    for (const auto& tree : TRY(base::list_dir(trees.get()))) {
        if (used.contains(tree)) continue;
        TRY(move_tree_away(tree));
        collected.removed.push_back(fmt::format("{}/{}", kTreesDir, tree));
    }
    for (const char* algorithm : kBlobAlgorithms) {
        const auto blobs = TRY(open_dir(fmt::format("{}/{}", kBlobsDir, algorithm)));
        for (const auto& name : TRY(base::list_dir(blobs.get()))) {
            const auto blob = fmt::format("{}/{}", algorithm, name);
            if (used.contains(blob)) continue;
            TRY(base::remove_tree(blobs.get(), name));
            collected.removed.push_back(blob_path(blob));
        }
    }
    return {};
}

// A tree disappears at once; its files go afterwards, or when the next import starts.
Result<> Writer::move_tree_away(const std::string& id) const {
    const auto trees = TRY(open_dir(kTreesDir));
    const auto tmp = TRY(open_dir(kTmpDir));
    const auto name = fmt::format("removed-{}", id);
    TRY(base::remove_tree(tmp.get(), name));
    TRY(rename_at(trees.get(), id, tmp.get(), name));
    return base::remove_tree(tmp.get(), name);
}

Result<> Writer::remove(std::string_view id, const Check& check) {
    const auto trees = TRY(open_dir(kTreesDir));
    if (!TRY(base::try_lock(trees.get(), LockKind::kExclusive)))
        return Error{
            ErrorCode::kUnavailable,
            "an import or a check is running, which may use layers of this image: try again "
            "when it is done"};
    auto images = TRY(lock_images());
    const auto store = TRY(lock_store());
    const auto record = TRY(reader_.by_id(id));
    const auto in_use = TRY(check(record));
    TRY(base::remove_tree(images.get(), record.id + ".json"));
    TRY(sync_dir(images.get()));
    // From here on no pod finds the image; those that start with another need not wait.
    images.reset();
    TRY(drop_refs(record.id));
    Collected collected;
    return collect_unused(in_use, collected);
}

Result<Collected> Writer::collect(const std::set<std::string>& in_use) const {
    Collected collected;
    const auto trees = TRY(open_dir(kTreesDir));
    const bool alone = TRY(base::try_lock(trees.get(), LockKind::kExclusive));
    const auto store = TRY(lock_store());
    TRY(collect_workspaces(TRY(open_dir(kTmpDir)).get(), collected));
    TRY(collect_unwritten(collected));
    if (!alone) {
        collected.left.emplace_back(
            "no tree and no blob is removed while an import or a check runs");
        return collected;
    }
    TRY(collect_unused(in_use, collected));
    TRY(complete_refs());
    return collected;
}

}  // namespace podd::store
