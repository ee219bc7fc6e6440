// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/layered_root.h"

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>
#include <set>

#include <fmt/format.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr int kMaxLinks = 40;  // as the kernel: path_resolution(7)

void push_front(std::deque<std::string>& todo, std::string_view path) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        if (end > at) words.emplace_back(path.substr(at, end - at));
        at = end + 1;
    }
    todo.insert(todo.begin(), words.begin(), words.end());
}

using Covered = LayeredRoot::Covered;

// The entry that `path` names in the end, and the name it has in its folder.
struct Found {
    MergedEntry entry;
    std::string name;
    std::string path;       // where that is, without links
    bool covered = false;   // it lies at or beneath a covered path, and the entry says nothing
    bool dangling = false;  // nothing: a link on the way leads there
};

bool leads_to_any(const Covered& covered, const std::string& folder) {
    const auto next = covered.lower_bound(folder + "/");
    return next != covered.end() && next->starts_with(folder + "/");
}

// One walk from the root of the view.
class Walk {
public:
    Walk(MergedDir root, const Covered& covered) : covered_{covered} {
        trail_.push_back({std::move(root), ""});
    }
    Result<Found> to(std::string_view path);

private:
    struct Step {
        MergedDir dir;
        std::string path;
    };
    // The folder that the walk has come to.
    Result<Found> here() const;
    // False where the walk ends.
    Result<bool> enter(Found& found, std::string_view whole);
    Result<> follow(const Found& found, std::string_view whole);

    const Covered& covered_;
    std::vector<Step> trail_;
    std::deque<std::string> todo_;
    std::size_t own_ = 0;  // of todo_, at its end: not from a link
    int links_ = 0;
};

Result<Found> Walk::here() const {
    const auto& [dir, path] = trail_.back();
    Found found;
    found.entry.kind = MergedEntry::Kind::kDirectory;
    found.entry.dirs = dir;
    found.path = path;
    if (!dir.empty() && ::fstat(dir.front()->get(), &found.entry.st) < 0)
        return base::errno_error("looking at a folder of the image", errno);
    return found;
}

Result<> Walk::follow(const Found& found, std::string_view whole) {
    if (++links_ > kMaxLinks)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\": more than {} links on the way", whole, kMaxLinks)};
    const auto target = TRY(read_link(found.entry, found.name));
    if (target.starts_with('/')) trail_.resize(1);
    push_front(todo_, target);
    return {};
}

Result<bool> Walk::enter(Found& found, std::string_view whole) {
    switch (found.entry.kind) {
        case MergedEntry::Kind::kDirectory:
            trail_.push_back({found.entry.dirs, found.path});
            return true;
        case MergedEntry::Kind::kOther:
            if (!todo_.empty()) found = Found{};  // a file where a folder must be: nothing there
            return false;
        case MergedEntry::Kind::kLink:
            TRY(follow(found, whole));
            found = TRY(here());  // for a link to "/" or ".."
            return true;
        case MergedEntry::Kind::kNothing: break;
    }
    return false;
}

Result<Found> Walk::to(std::string_view path) {
    push_front(todo_, path);
    own_ = todo_.size();
    Found found = TRY(here());
    while (!todo_.empty()) {
        const bool from_link = todo_.size() > own_;
        if (!from_link) --own_;
        const std::string name = std::move(todo_.front());
        todo_.pop_front();
        if (name == ".") continue;
        if (name == "..") {
            if (trail_.size() > 1) trail_.pop_back();
            found = TRY(here());
            continue;
        }
        found.name = name;
        found.path = fmt::format("{}/{}", trail_.back().path, name);
        found.covered = covered_.contains(found.path);
        if (found.covered) return found;
        found.entry = TRY(look_up(trail_.back().dir, name));
        if (found.entry.kind == MergedEntry::Kind::kNothing && leads_to_any(covered_, found.path))
            found.entry.kind = MergedEntry::Kind::kDirectory;
        found.dangling = from_link && found.entry.kind == MergedEntry::Kind::kNothing;
        if (!TRY(enter(found, path))) break;
    }
    return found;
}

Result<Found> walk(const std::vector<UniqueFd>& layers, const Covered& covered,
                   std::string_view path) {
    MergedDir root;
    for (const auto& layer : layers) {
        auto own = TRY(base::open_at(layer.get(), ".", O_RDONLY | O_DIRECTORY));
        root.push_back(std::make_shared<UniqueFd>(std::move(own)));
    }
    return Walk{std::move(root), covered}.to(path);
}

// Where a mount at that path comes to lie. What is not there is made, also in place of a link that
// leads nowhere.
Result<std::string> place_of(const std::vector<UniqueFd>& layers, const std::string& path) {
    const auto found = TRY(walk(layers, {}, path));
    if (found.entry.kind != MergedEntry::Kind::kNothing) return found.path;
    const auto slash = path.rfind('/');
    const auto parent = slash == 0 ? std::string{} : TRY(place_of(layers, path.substr(0, slash)));
    return parent + path.substr(slash);
}

// Whether one layer's folder shows a name that no layer above has hidden; what it hides is added.
Result<bool> shows_any(const UniqueFd& folder, std::set<std::string>& hidden) {
    const auto close = [](DIR* dir) { (void)::closedir(dir); };
    auto copy = TRY(base::open_at(folder.get(), ".", O_RDONLY | O_DIRECTORY));
    const std::unique_ptr<DIR, decltype(close)> dir{::fdopendir(copy.get()), close};
    if (!dir) return base::errno_error("reading a folder of the image", errno);
    (void)copy.release();
    for (;;) {
        const dirent* entry = ::readdir(dir.get());  // NOLINT(concurrency-mt-unsafe): own stream
        if (entry == nullptr) return false;
        const std::string name = entry->d_name;
        if (name == "." || name == ".." || hidden.contains(name)) continue;
        struct stat st{};
        if (::fstatat(folder.get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) continue;
        if (!is_whiteout(st)) return true;
        hidden.insert(name);
    }
}

}  // namespace

Result<std::optional<std::string>> LayeredRoot::read_file(std::string_view path,
                                                          std::size_t limit) const {
    const auto found = TRY(walk(layers_, {}, path));
    if (found.entry.kind == MergedEntry::Kind::kNothing) return std::optional<std::string>{};
    if (!S_ISREG(found.entry.st.st_mode) || !found.entry.holder)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\" in the image is not a regular file", path)};
    auto text = TRY_CONTEXT(
        base::read_file(found.entry.holder->get(), found.name, limit, base::Resolve::kNoSymlinks),
        "\"{}\" in the image", path);
    return std::optional{std::move(text)};
}

Result<std::optional<LayeredRoot::Owner>> LayeredRoot::owner(std::string_view path) const {
    const auto found = TRY(walk(layers_, {}, path));
    if (found.entry.kind == MergedEntry::Kind::kNothing) return std::optional<Owner>{};
    return std::optional{Owner{found.entry.st.st_uid, found.entry.st.st_gid}};
}

Result<LayeredRoot::Content> LayeredRoot::content(std::string_view path) const {
    const auto found = TRY(walk(layers_, {}, path));
    if (found.entry.kind == MergedEntry::Kind::kNothing) return Content::kNothing;
    if (found.entry.kind != MergedEntry::Kind::kDirectory) return Content::kFile;
    std::set<std::string> hidden;
    for (const auto& folder : found.entry.dirs)
        if (TRY(shows_any(*folder, hidden))) return Content::kFilledDirectory;
    return Content::kEmptyDirectory;
}

Result<Covered> LayeredRoot::covered_by(const std::vector<std::string>& targets) const {
    Covered covered;
    for (const auto& target : targets)
        covered.insert(TRY(place_of(layers_, target)));
    return covered;
}

Result<LayeredRoot::Place> LayeredRoot::look(std::string_view path, const Covered& covered) const {
    const auto found = TRY(walk(layers_, covered, path));
    using Kind = Place::Kind;
    if (found.covered) return Place{Kind::kCovered, 0};
    if (found.dangling) return Place{Kind::kDanglingLink, 0};
    if (found.entry.kind == MergedEntry::Kind::kNothing) return Place{Kind::kNothing, 0};
    if (found.entry.kind == MergedEntry::Kind::kDirectory) return Place{Kind::kDirectory, 0};
    return Place{Kind::kFile, found.entry.st.st_mode};
}

Result<UniqueFd> LayeredRoot::open_file(std::string_view path) const {
    const auto found = TRY(walk(layers_, {}, path));
    if (found.entry.kind == MergedEntry::Kind::kNothing)
        return Error{ErrorCode::kNotFound, fmt::format("there is no \"{}\" in the image", path)};
    // It is the store's file, and nobody changes it.
    if (!S_ISREG(found.entry.st.st_mode) || !found.entry.holder)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\" in the image is not a regular file", path)};
    return base::open_at(found.entry.holder->get(), found.name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0,
                         base::Resolve::kNoSymlinks);
}

Result<std::optional<MergedDir>> LayeredRoot::folder(std::string_view path) const {
    auto found = TRY(walk(layers_, {}, path));
    if (found.entry.kind == MergedEntry::Kind::kNothing) return std::optional<MergedDir>{};
    if (found.entry.kind != MergedEntry::Kind::kDirectory)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\" in the image is no folder", path)};
    return std::optional{std::move(found.entry.dirs)};
}

}  // namespace podd::pod
