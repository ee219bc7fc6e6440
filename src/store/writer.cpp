// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/writer.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/lock.h"
#include "store/layout.h"

namespace podd::store {

using base::Durable;
using base::Error;
using base::ErrorCode;
using base::LockKind;
using base::Resolve;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMaxRefBytes = std::size_t{1} << 20;
constexpr const char* kBlobAlgorithms[] = {"sha256"};

Result<> sync_dir(int fd) {
    if (::fsync(fd) < 0) return base::errno_error("flushing a directory of the store", errno);
    return {};
}

Result<> rename_at(int from_dir, const std::string& from, int to_dir, const std::string& to) {
    if (::renameat(from_dir, from.c_str(), to_dir, to.c_str()) < 0)
        return base::errno_error(fmt::format("renaming \"{}\" to \"{}\"", from, to), errno);
    return {};
}

std::string blob_path(std::string_view blob) {
    return fmt::format("{}/{}", kBlobsDir, blob);
}

Result<std::string> random_name() {
    std::uint64_t bits = 0;
    if (::getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits))
        return base::errno_error("getting random bytes", errno);
    return fmt::format("import-{:016x}", bits);
}

bool exists(int dir_fd, const std::string& path) {
    struct stat st{};
    return ::fstatat(dir_fd, path.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0;
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

bool Writer::has_tree(std::string_view id) const {
    return is_id(id) && exists(dir_.get(), fmt::format("{}/{}/{}", kTreesDir, id, kRootfs));
}

bool Writer::has_blob(std::string_view blob) const {
    return is_blob(blob) && exists(dir_.get(), blob_path(blob));
}

// A workspace whose lock can be had has no owner any more. The caller holds the store's lock, so
// none is just being made.
Result<> Writer::collect_workspaces(int tmp) const {
    for (const auto& name : TRY(base::list_dir(tmp))) {
        const UniqueFd dir{
            ::openat(tmp, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        if (dir && !TRY(base::try_lock(dir.get(), LockKind::kExclusive))) continue;
        TRY_CONTEXT(base::remove_tree(tmp, name), "tidying up after an import that was cut short");
    }
    return {};
}

// Between the publishing of trees and that of the record a crash leaves whole trees and blobs that
// no image names.
Result<> Writer::collect_unused() const {
    std::set<std::string> used;
    for (const auto& record : TRY(reader_.list())) {
        used.insert(record.trees.begin(), record.trees.end());
        used.insert(record.blobs.begin(), record.blobs.end());
    }
    const auto trees = TRY(open_dir(kTreesDir));
    for (const auto& tree : TRY(base::list_dir(trees.get())))
        if (!used.contains(tree)) TRY(move_tree_away(tree));
    for (const char* algorithm : kBlobAlgorithms) {
        const auto blobs = TRY(open_dir(fmt::format("{}/{}", kBlobsDir, algorithm)));
        for (const auto& name : TRY(base::list_dir(blobs.get())))
            if (!used.contains(fmt::format("{}/{}", algorithm, name)))
                TRY(base::remove_tree(blobs.get(), name));
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

Result<Workspace> Writer::begin() {
    auto trees = TRY(open_dir(kTreesDir));
    // With the exclusive lock nobody else imports: whatever has no image is rubbish.
    const bool alone = TRY(base::try_lock(trees.get(), LockKind::kExclusive));
    if (!alone) TRY(base::lock(trees.get(), LockKind::kShared));
    auto tmp = TRY(open_dir(kTmpDir));
    auto name = TRY(random_name());
    auto dir = TRY(make_workspace(tmp.get(), name, alone));
    // Only now, without the store's lock: whoever removes an image takes the two in this order.
    if (alone) TRY(base::lock(trees.get(), LockKind::kShared));
    return Workspace{std::move(tmp), std::move(name), std::move(dir), std::move(trees)};
}

Result<UniqueFd> Writer::make_workspace(int tmp, const std::string& name, bool alone) const {
    const auto store = TRY(open_dir("."));
    TRY(base::lock(store.get(), LockKind::kExclusive));
    TRY(collect_workspaces(tmp));
    if (alone) {
        TRY(collect_unused());
        TRY(complete_refs());
    }
    auto dir = TRY(base::open_or_make_dir(tmp, name, 0700));
    TRY(base::lock(dir.get(), LockKind::kExclusive));
    return dir;
}

namespace {

Result<Ref> read_ref(int dir_fd, const std::string& path) {
    auto text = base::read_file(dir_fd, path, kMaxRefBytes, Resolve::kNoSymlinks);
    if (!text) return std::move(text).error();
    auto json = base::Json::parse(*text);
    if (!json)
        return Error{ErrorCode::kCorrupt, fmt::format("\"{}\": {}", path, json.error().message())};
    return TRY_CONTEXT(ref_record(*json), "\"{}\"", path);
}

}  // namespace

Result<> Writer::add_ref(const ImageRecord& record) const {
    const auto& name = record.manifest.name.str();
    TRY(check_name(name));
    const auto path = ref_file(name);
    auto old = read_ref(dir_.get(), path);
    if (!old && old.error().code() != ErrorCode::kNotFound) return std::move(old).error();
    Ref ref = old ? std::move(old).value() : Ref{.name = name, .images = {}};
    RefEntry entry{.id = record.id, .labels = record.manifest.labels};
    std::erase(ref.images, entry);
    ref.images.push_back(std::move(entry));
    return base::write_file(dir_.get(), path, to_json(ref).str(2) + "\n", 0600, Durable::kYes);
}

Result<> Writer::drop_refs(std::string_view id) const {
    const auto refs = TRY(open_dir(kRefsDir));
    for (const auto& name : TRY(base::list_dir(refs.get()))) {
        if (name.starts_with('.')) {  // of a write that was cut short
            TRY(base::remove_tree(refs.get(), name));
            continue;
        }
        auto ref = TRY(read_ref(refs.get(), name));
        if (std::erase_if(ref.images, [&](const RefEntry& entry) { return entry.id == id; }) == 0)
            continue;
        if (ref.images.empty())
            TRY(base::remove_tree(refs.get(), name));
        else
            TRY(base::write_file(refs.get(), name, to_json(ref).str(2) + "\n", 0600,
                                 Durable::kYes));
    }
    return sync_dir(refs.get());
}

// A crash between the record and its name leaves an image that only its id finds.
Result<> Writer::complete_refs() const {
    for (const auto& record : TRY(reader_.list())) {
        const auto ref = read_ref(dir_.get(), ref_file(record.manifest.name.str()));
        const bool known =
            ref && std::any_of(ref->images.begin(), ref->images.end(),
                               [&](const RefEntry& entry) { return entry.id == record.id; });
        if (!known) TRY(add_ref(record));
    }
    return {};
}

Result<> Writer::publish(const Workspace& workspace, const NewImage& image) {
    // Everything is on the disk before anything has its name: one flush for all files.
    if (::syncfs(workspace.fd()) < 0) return base::errno_error("flushing the new image", errno);
    const auto store = TRY(open_dir("."));
    TRY(base::lock(store.get(), LockKind::kExclusive));
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
    const auto images = TRY(open_dir(kImagesDir));
    TRY(base::write_file(images.get(), image.record.id + ".json",
                         to_json(image.record).str(2) + "\n", 0600, Durable::kYes));
    return add_ref(image.record);
}

Result<> Writer::remove(std::string_view id) {
    const auto trees = TRY(open_dir(kTreesDir));
    if (!TRY(base::try_lock(trees.get(), LockKind::kExclusive)))
        return Error{ErrorCode::kUnavailable,
                     "an import is running, which may use layers of this image: try again when it "
                     "is done"};
    const auto store = TRY(open_dir("."));
    TRY(base::lock(store.get(), LockKind::kExclusive));
    const auto record = TRY(reader_.by_id(id));
    const auto images = TRY(open_dir(kImagesDir));
    TRY(base::remove_tree(images.get(), record.id + ".json"));
    TRY(sync_dir(images.get()));
    TRY(drop_refs(record.id));
    return collect_unused();
}

}  // namespace podd::store
