// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/reader.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "base/lock.h"
#include "base/log.h"
#include "store/layout.h"
#include "store/record.h"

namespace podd::store {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Resolve;
using base::Result;

// A record holds one manifest, which has at most 4 MiB, and its digests.
constexpr std::size_t kMaxRecordBytes = std::size_t{8} * 1024 * 1024;
constexpr base::JsonLimits kRecordLimits{.max_bytes = kMaxRecordBytes, .max_depth = 80};
// "at least 2 digits after the algorithm": shorter prefixes are typing errors.
constexpr std::size_t kMinPrefixDigits = 2;

Result<Json> read_json(int dir_fd, const std::string& path) {
    const auto text = TRY(base::read_file(dir_fd, path, kMaxRecordBytes, Resolve::kNoSymlinks));
    auto json = Json::parse(text, kRecordLimits);
    if (!json)
        return Error{ErrorCode::kCorrupt, fmt::format("\"{}\": {}", path, json.error().message())};
    return std::move(json).value();
}

// An explicit time, unlike that of the last reading, is kept on every file system; and whoever
// lists images does not use them.
std::uint64_t use_of(int dir_fd, const std::string& path) {
    struct stat st{};
    if (::fstatat(dir_fd, path.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) return 0;
    return static_cast<std::uint64_t>(std::max<time_t>(0, st.st_mtim.tv_sec)) * 1'000'000 +
           static_cast<std::uint64_t>(st.st_mtim.tv_nsec) / 1000;
}

Result<ImageRecord> read_record(int dir_fd, std::string_view id) {
    const auto path = image_file(id);
    auto record = TRY_CONTEXT(image_record(TRY(read_json(dir_fd, path))), "\"{}\"", path);
    if (record.id != id)
        return Error{ErrorCode::kCorrupt,
                     fmt::format("\"{}\": /id: found \"{}\"", path, record.id)};
    record.used_usec = std::max(record.imported_usec, use_of(dir_fd, path));
    return record;
}

/// Ids of all images, sorted.
Result<std::vector<std::string>> image_ids(int dir_fd) {
    const auto dir =
        TRY(base::open_at(dir_fd, kImagesDir, O_RDONLY | O_DIRECTORY, 0, Resolve::kNoSymlinks));
    constexpr std::string_view kEnding = ".json";
    std::vector<std::string> ids;
    for (const auto& name : TRY(base::list_dir(dir.get()))) {
        if (!name.ends_with(kEnding)) continue;  // a file that is being replaced
        const auto id = std::string_view{name}.substr(0, name.size() - kEnding.size());
        if (is_id(id)) ids.emplace_back(id);
    }
    return ids;
}

Error no_such_image(std::string_view what) {
    return Error{ErrorCode::kNotFound, fmt::format("no image {} in the store", what)};
}

std::string describe(std::string_view name, const std::vector<schema::Label>& labels) {
    std::string text = fmt::format("\"{}\"", name);
    for (const auto& label : labels)
        text += fmt::format(", {}={}", label.name.str(), label.value);
    return text;
}

}  // namespace

Result<Reader> Reader::open(const std::string& dir) {
    auto fd = base::open_path(dir, O_PATH | O_DIRECTORY);
    if (!fd && fd.error().code() == ErrorCode::kNotFound)
        return Error{ErrorCode::kNotFound,
                     fmt::format("no image was imported yet: there is no \"{}\"", dir)};
    if (!fd) return std::move(fd).error();
    return Reader{dir, *std::move(fd)};
}

Result<ImageRecord> Reader::by_id(std::string_view id) const {
    const auto algorithm = id_algorithm(id);
    if (!algorithm || id.size() < algorithm->size() + kMinPrefixDigits)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\" is no image id: wanted \"sha512-\" or \"sha256:\" and at "
                                 "least {} lower-case hex digits",
                                 id, kMinPrefixDigits)};
    if (is_id(id)) {
        auto record = read_record(dir_.get(), id);
        if (!record && record.error().code() == ErrorCode::kNotFound)
            return no_such_image(fmt::format("\"{}\"", id));
        return record;
    }
    auto ids = image_ids(dir_.get());
    if (!ids && ids.error().code() == ErrorCode::kNotFound)
        return no_such_image(fmt::format("\"{}\"", id));
    std::vector<std::string> hits;
    for (const auto& candidate : TRY(std::move(ids)))
        if (candidate.starts_with(id)) hits.push_back(candidate);
    if (hits.empty()) return no_such_image(fmt::format("\"{}\"", id));
    if (hits.size() > 1)
        return Error{ErrorCode::kConflict,
                     fmt::format("\"{}\" may be {}", id, fmt::join(hits, " or "))};
    return read_record(dir_.get(), hits.front());
}

Result<ImageRecord> Reader::by_name(std::string_view name,
                                    const std::vector<schema::Label>& labels) const {
    const auto missing = [&] { return no_such_image(describe(name, labels)); };
    // The name becomes a path only when it is one that import could have written.
    if (!schema::AcIdentifier::parse(name) || !check_name(name)) return missing();
    const auto path = ref_file(name);
    auto json = read_json(dir_.get(), path);
    if (!json && json.error().code() == ErrorCode::kNotFound) return missing();
    const auto ref = TRY_CONTEXT(ref_record(TRY(std::move(json))), "\"{}\"", path);
    for (auto entry = ref.images.rbegin(); entry != ref.images.rend(); ++entry) {
        if (!labels_match(entry->labels, labels)) continue;
        auto record = read_record(dir_.get(), entry->id);
        // The image was just removed, the reference to it goes next.
        if (!record && record.error().code() == ErrorCode::kNotFound) continue;
        return record;
    }
    return missing();
}

Result<ImageRecord> Reader::find(const schema::ImageReference& reference) const {
    if (reference.id) return by_id(*reference.id);
    if (reference.name) return by_name(reference.name->str(), reference.labels);
    return Error{ErrorCode::kInvalidArgument, "neither an image id nor an image name is given"};
}

Result<std::vector<ImageRecord>> Reader::list(std::vector<Unreadable>* unreadable) const {
    auto ids = image_ids(dir_.get());
    std::vector<ImageRecord> records;
    if (!ids && ids.error().code() == ErrorCode::kNotFound) return records;
    for (const auto& id : TRY(std::move(ids))) {
        auto record = read_record(dir_.get(), id);
        if (record)
            records.push_back(std::move(record).value());
        else if (record.error().code() == ErrorCode::kNotFound)
            continue;  // just removed
        else if (unreadable != nullptr)
            unreadable->push_back({image_file(id), std::move(record).error()});
        else
            base::log_line(base::LogLevel::kWarning,
                           fmt::format("left out of the list of images: {}; 'podctl store fsck' "
                                       "says more",
                                       record.error().message()));
    }
    return records;
}

Result<base::UniqueFd> Reader::hold() const {
    auto images =
        base::open_at(dir_.get(), kImagesDir, O_RDONLY | O_DIRECTORY, 0, Resolve::kNoSymlinks);
    if (!images && images.error().code() == ErrorCode::kNotFound) return base::UniqueFd{};
    auto held = TRY(std::move(images));
    TRY(base::lock(held.get(), base::LockKind::kShared));
    return held;
}

void Reader::note_use(std::string_view id) const {
    if (!is_id(id)) return;
    const timespec times[] = {{0, UTIME_OMIT}, {0, UTIME_NOW}};
    (void)::utimensat(dir_.get(), image_file(id).c_str(), times, AT_SYMLINK_NOFOLLOW);
}

std::uint64_t Reader::last_use(std::string_view id) const {
    return is_id(id) ? use_of(dir_.get(), image_file(id)) : 0;
}

std::string Reader::tree_path(std::string_view tree) const {
    return fmt::format("{}/{}/{}/{}", path_, kTreesDir, tree, kRootfs);
}

Result<base::UniqueFd> Reader::open_in_tree(std::string_view tree, const char* name,
                                            int flags) const {
    if (!is_id(tree))
        return Error{ErrorCode::kInvalidArgument, fmt::format("\"{}\" is no tree id", tree)};
    return base::open_at(dir_.get(), fmt::format("{}/{}/{}", kTreesDir, tree, name), flags, 0,
                         Resolve::kNoSymlinks);
}

Result<base::UniqueFd> Reader::open_tree(std::string_view tree) const {
    return open_in_tree(tree, kRootfs, O_PATH | O_DIRECTORY | O_NOFOLLOW);
}

Result<base::UniqueFd> Reader::open_digests(std::string_view tree) const {
    return open_in_tree(tree, kDigests, O_RDONLY | O_NOFOLLOW);
}

Result<base::UniqueFd> Reader::open_blob(std::string_view blob) const {
    if (!is_blob(blob))
        return Error{ErrorCode::kInvalidArgument, fmt::format("\"{}\" is no blob", blob)};
    return base::open_at(dir_.get(), fmt::format("{}/{}", kBlobsDir, blob), O_RDONLY | O_NOFOLLOW,
                         0, Resolve::kNoSymlinks);
}

}  // namespace podd::store
