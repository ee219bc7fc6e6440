// SPDX-License-Identifier: LGPL-2.1-or-later
// Records, names, trees and blobs against each other, and what can be done about it.
#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "base/json.h"
#include "base/lock.h"
#include "store/layout.h"
#include "store/steps.h"
#include "store/writer.h"

namespace podd::store {

using base::LockKind;
using base::Result;

namespace {

using Cure = Problem::Cure;
constexpr std::string_view kRecordEnding = ".json";
constexpr std::size_t kMaxRefBytes = std::size_t{1} << 20;
constexpr const char* kRepair = "podctl store fsck --repair";

std::string moved_aside(const char* what) {
    return fmt::format("'{}' moves {} to \"{}/\"", kRepair, what, kBrokenDir);
}

// The id that a file of images/ is named by; empty when it is none.
std::string id_of_file(std::string_view name) {
    if (!name.ends_with(kRecordEnding)) return {};
    name.remove_suffix(kRecordEnding.size());
    return is_id(name) ? std::string{name} : std::string{};
}

// One look at the whole store, while nothing is published.
class Look {
public:
    Look(int dir_fd, const Reader& reader, const std::set<std::string>& in_use)
        : dir_fd_{dir_fd}, reader_{reader}, in_use_{in_use} {}

    Result<std::vector<Problem>> run() {
        std::vector<Unreadable> unreadable;
        records_ = TRY(reader_.list(&unreadable));
        for (const auto& file : unreadable)
            add(file.file, file.error.message(),
                moved_aside("it") + ", then import the image again", Cure::kMoveAside);
        TRY(strangers());
        for (const auto& record : records_)
            check_record(record);
        TRY(names());
        // What unreadable records refer to is not known.
        if (unreadable.empty()) TRY(unused());
        TRY(workspaces());
        return std::move(found_);
    }

private:
    void add(std::string file, std::string what, std::string advice, Cure cure) {
        found_.push_back({std::move(file), std::move(what), std::move(advice), cure, {}});
    }

    Result<std::vector<std::string>> list(const std::string& path) const {
        const auto dir = TRY(
            base::open_at(dir_fd_, path, O_RDONLY | O_DIRECTORY, 0, base::Resolve::kNoSymlinks));
        return base::list_dir(dir.get());
    }

    Result<> strangers() {
        for (const auto& name : TRY(list(kImagesDir)))
            if (base::is_temporary_name(name))
                add_cut_short(fmt::format("{}/{}", kImagesDir, name));
            else if (id_of_file(name).empty())
                add(fmt::format("{}/{}", kImagesDir, name), "it is named by no image id",
                    moved_aside("it"), Cure::kMoveAside);
        return {};
    }

    void check_record(const ImageRecord& record) {
        const auto file = image_file(record.id);
        const auto verify =
            fmt::format("'podctl image verify --repair {}' unpacks it again", record.id);
        const auto again = "import the image again";
        for (const auto& tree : record.trees)
            for (const char* part : {kRootfs, kDigests})
                if (const auto path = fmt::format("{}/{}/{}", kTreesDir, tree, part);
                    !is_id(tree) || !exists(dir_fd_, path))
                    add(file, fmt::format("its \"{}\" is missing", path), verify, Cure::kOther);
        for (const auto& blob : record.blobs)
            if (!is_blob(blob) || !exists(dir_fd_, blob_path(blob)))
                add(file, fmt::format("its \"{}\" is missing", blob_path(blob)), again,
                    Cure::kOther);
        if (record.trees.empty()) add(file, "it has no trees", again, Cure::kOther);
    }

    Result<> names() {
        std::map<std::string, std::set<std::string>> named;
        for (const auto& name : TRY(list(kRefsDir)))
            if (base::is_temporary_name(name))
                add_cut_short(fmt::format("{}/{}", kRefsDir, name));
            else if (!name.starts_with('.'))
                check_name_file(name, named);
        for (const auto& record : records_)
            if (!named[record.manifest.name.str()].contains(record.id))
                add(image_file(record.id),
                    fmt::format("the name \"{}\" does not lead to it", record.manifest.name.str()),
                    fmt::format("'{}' makes the name again", kRepair), Cure::kCompleteRefs);
        return {};
    }

    void check_name_file(const std::string& name,
                         std::map<std::string, std::set<std::string>>& named) {
        const auto file = fmt::format("{}/{}", kRefsDir, name);
        const auto ref = read(file);
        if (!ref)
            return add(file, ref.error().message(), moved_aside("it") + " and makes the name again",
                       Cure::kMoveAside);
        if (ref_file(ref->name) != file)
            return add(file, fmt::format("it is about the name \"{}\"", ref->name),
                       moved_aside("it"), Cure::kMoveAside);
        for (const auto& entry : ref->images) {
            named[ref->name].insert(entry.id);
            if (!is_id(entry.id) || !exists(dir_fd_, image_file(entry.id)))
                found_.push_back({file,
                                  fmt::format("it leads to image {}, which is not there", entry.id),
                                  fmt::format("it is passed over; '{}' removes it", kRepair),
                                  Cure::kDropName, entry.id});
        }
    }

    Result<Ref> read(const std::string& file) const {
        const auto text =
            TRY(base::read_file(dir_fd_, file, kMaxRefBytes, base::Resolve::kNoSymlinks));
        return ref_record(TRY(base::Json::parse(text)));
    }

    Result<> unused() {
        auto used = in_use_;
        for (const auto& record : records_) {
            used.insert(record.trees.begin(), record.trees.end());
            used.insert(record.blobs.begin(), record.blobs.end());
        }
        for (const auto& tree : TRY(list(kTreesDir)))
            if (!used.contains(tree)) add_unused(fmt::format("{}/{}", kTreesDir, tree));
        for (const char* algorithm : kBlobAlgorithms)
            for (const auto& name : TRY(list(fmt::format("{}/{}", kBlobsDir, algorithm))))
                if (const auto blob = fmt::format("{}/{}", algorithm, name); !used.contains(blob))
                    add_unused(blob_path(blob));
        return {};
    }

    void add_unused(std::string file) {
        add(std::move(file), "no image refers to it", "'podctl image gc' removes it",
            Cure::kCollect);
    }

    Result<> workspaces() {
        for (const auto& name : TRY(list(kTmpDir))) {
            const auto path = fmt::format("{}/{}", kTmpDir, name);
            const auto dir = base::open_at(dir_fd_, path, O_RDONLY | O_DIRECTORY);
            if (dir && !TRY(base::try_lock(dir->get(), LockKind::kExclusive))) continue;
            add_cut_short(path);
        }
        return {};
    }

    void add_cut_short(std::string file) {
        add(std::move(file), "an import that was cut short left it", "'podctl image gc' removes it",
            Cure::kCollect);
    }

    int dir_fd_;
    const Reader& reader_;
    const std::set<std::string>& in_use_;
    std::vector<ImageRecord> records_;
    std::vector<Problem> found_;
};

}  // namespace

Result<std::vector<Problem>> Writer::problems(const std::set<std::string>& in_use) const {
    const auto store = TRY(lock_store());
    return Look{dir_.get(), reader_, in_use}.run();
}

// Nothing is lost that way: somebody may still read it.
Result<> Writer::move_aside(const std::string& file) const {
    const auto broken = TRY(base::open_or_make_dir(dir_.get(), kBrokenDir, 0700));
    const auto name = file.substr(file.rfind('/') + 1);
    auto to = name;
    for (int i = 1; exists(broken.get(), to); ++i)
        to = fmt::format("{}.{}", name, i);
    TRY(rename_at(dir_.get(), file, broken.get(), to));
    TRY(sync_dir(broken.get()));
    return sync_dir(TRY(open_dir(file.substr(0, file.rfind('/')))).get());
}

Result<bool> Writer::cure(const Problem& problem,
                          const std::function<Result<>(std::string_view)>& check) const {
    if (problem.cure == Cure::kOther || problem.cure == Cure::kCollect) return false;
    const auto images = TRY(lock_images());
    const auto store = TRY(lock_store());
    if (problem.cure == Cure::kMoveAside) {
        if (problem.file.starts_with(kImagesDir))
            if (const auto id = id_of_file(problem.file.substr(problem.file.rfind('/') + 1));
                !id.empty())
                TRY(check(id));
        TRY(move_aside(problem.file));
    }
    if (problem.cure == Cure::kDropName && !exists(dir_.get(), image_file(problem.id)))
        TRY(drop_refs(problem.id));
    TRY(complete_refs());
    return true;
}

}  // namespace podd::store
