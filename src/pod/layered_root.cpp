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
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr int kMaxLinks = 40;  // as the kernel: path_resolution(7)

// A folder of the merged view: the folders of the layers that make it up, highest first.
using MergedDir = std::vector<std::shared_ptr<UniqueFd>>;

// What one name in a merged folder is.
struct Entry {
    enum class Kind : unsigned char { kNothing, kDirectory, kLink, kOther };
    Kind kind = Kind::kNothing;
    struct stat st{};                  // of the highest layer's entry
    MergedDir dirs;                    // kDirectory
    std::shared_ptr<UniqueFd> holder;  // folder that holds a link or other entry
};

bool is_whiteout(const struct stat& st) {
    return S_ISCHR(st.st_mode) && st.st_rdev == 0;
}

bool is_opaque(int dir_fd) {
    char value = 0;
    return ::fgetxattr(dir_fd, "user.overlay.opaque", &value, 1) == 1 && value == 'y';
}

Result<Entry> look_up(const MergedDir& dir, const std::string& name) {
    Entry entry;
    for (const auto& layer : dir) {
        struct stat st{};
        if (::fstatat(layer->get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) {
            if (errno == ENOENT) continue;
            return base::errno_error(fmt::format("looking at \"{}\"", name), errno);
        }
        const bool first = entry.kind == Entry::Kind::kNothing;
        if (!S_ISDIR(st.st_mode)) {
            if (!first || is_whiteout(st)) break;  // hides everything below
            entry.kind = S_ISLNK(st.st_mode) ? Entry::Kind::kLink : Entry::Kind::kOther;
            entry.st = st;
            entry.holder = layer;
            break;
        }
        if (first) entry.st = st;
        entry.kind = Entry::Kind::kDirectory;
        auto child = TRY(base::open_at(layer->get(), name, O_RDONLY | O_DIRECTORY, 0,
                                       base::Resolve::kNoSymlinks));
        const bool opaque = is_opaque(child.get());
        entry.dirs.push_back(std::make_shared<UniqueFd>(std::move(child)));
        if (opaque) break;
    }
    return entry;
}

void push_front(std::deque<std::string>& todo, std::string_view path) {
    std::vector<std::string> words;
    for (std::size_t at = 0; at < path.size();) {
        const auto end = std::min(path.find('/', at), path.size());
        if (end > at) words.emplace_back(path.substr(at, end - at));
        at = end + 1;
    }
    todo.insert(todo.begin(), words.begin(), words.end());
}

Result<std::string> read_link(const Entry& entry, const std::string& name) {
    std::string target(4096, '\0');
    const ssize_t n = ::readlinkat(entry.holder->get(), name.c_str(), target.data(), target.size());
    if (n < 0) return base::errno_error(fmt::format("reading link \"{}\"", name), errno);
    target.resize(static_cast<std::size_t>(n));
    return target;
}

using Covered = LayeredRoot::Covered;

// The entry that `path` names in the end, and the name it has in its folder.
struct Found {
    Entry entry;
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
    Found here() const;
    // False where the walk ends.
    Result<bool> enter(Found& found, std::string_view whole);
    Result<> follow(const Found& found, std::string_view whole);

    const Covered& covered_;
    std::vector<Step> trail_;
    std::deque<std::string> todo_;
    std::size_t own_ = 0;  // of todo_, at its end: not from a link
    int links_ = 0;
};

Found Walk::here() const {
    Found found;
    found.entry.kind = Entry::Kind::kDirectory;
    found.entry.dirs = trail_.back().dir;
    found.path = trail_.back().path;
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
        case Entry::Kind::kDirectory: trail_.push_back({found.entry.dirs, found.path}); return true;
        case Entry::Kind::kOther:
            if (!todo_.empty()) found = Found{};  // a file where a folder must be: nothing there
            return false;
        case Entry::Kind::kLink: TRY(follow(found, whole)); return true;
        case Entry::Kind::kNothing: break;
    }
    return false;
}

Result<Found> Walk::to(std::string_view path) {
    push_front(todo_, path);
    own_ = todo_.size();
    Found found = here();
    while (!todo_.empty()) {
        const bool from_link = todo_.size() > own_;
        if (!from_link) --own_;
        const std::string name = std::move(todo_.front());
        todo_.pop_front();
        if (name == ".") continue;
        if (name == "..") {
            if (trail_.size() > 1) trail_.pop_back();
            found = here();
            continue;
        }
        found.name = name;
        found.path = fmt::format("{}/{}", trail_.back().path, name);
        found.covered = covered_.contains(found.path);
        if (found.covered) return found;
        found.entry = TRY(look_up(trail_.back().dir, name));
        if (found.entry.kind == Entry::Kind::kNothing && leads_to_any(covered_, found.path))
            found.entry.kind = Entry::Kind::kDirectory;
        found.dangling = from_link && found.entry.kind == Entry::Kind::kNothing;
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
    if (found.entry.kind != Entry::Kind::kNothing) return found.path;
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
    if (found.entry.kind == Entry::Kind::kNothing) return std::optional<std::string>{};
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
    if (found.entry.kind == Entry::Kind::kNothing) return std::optional<Owner>{};
    return std::optional{Owner{found.entry.st.st_uid, found.entry.st.st_gid}};
}

Result<LayeredRoot::Content> LayeredRoot::content(std::string_view path) const {
    const auto found = TRY(walk(layers_, {}, path));
    if (found.entry.kind == Entry::Kind::kNothing) return Content::kNothing;
    if (found.entry.kind != Entry::Kind::kDirectory) return Content::kFile;
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
    if (found.entry.kind == Entry::Kind::kNothing) return Place{Kind::kNothing, 0};
    if (found.entry.kind == Entry::Kind::kDirectory) return Place{Kind::kDirectory, 0};
    return Place{Kind::kFile, found.entry.st.st_mode};
}

Result<UniqueFd> LayeredRoot::open_file(std::string_view path) const {
    const auto found = TRY(walk(layers_, {}, path));
    if (found.entry.kind == Entry::Kind::kNothing)
        return Error{ErrorCode::kNotFound, fmt::format("there is no \"{}\" in the image", path)};
    // It is the store's file, and nobody changes it.
    if (!S_ISREG(found.entry.st.st_mode) || !found.entry.holder)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\" in the image is not a regular file", path)};
    return base::open_at(found.entry.holder->get(), found.name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0,
                         base::Resolve::kNoSymlinks);
}

}  // namespace podd::pod
