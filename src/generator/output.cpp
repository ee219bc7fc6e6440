// SPDX-License-Identifier: LGPL-2.1-or-later
#include "generator/output.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "unit/render.h"

namespace podd::generator {

namespace {

using base::errno_error;
using base::Result;
using base::UniqueFd;

// Removes what was written unless all went well.
class Undo {
public:
    explicit Undo(int dir) : dir_{dir} {}
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    ~Undo() {
        for (const auto& path : paths_)
            (void)::unlinkat(dir_, path.c_str(), 0);
    }
    void add(std::string path) { paths_.push_back(std::move(path)); }
    void forget() { paths_.clear(); }

private:
    int dir_;
    std::vector<std::string> paths_;
};

// Opens a file that must not be there yet; what an interrupted run left of it goes.
Result<UniqueFd> create(int dir, const std::string& name) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    UniqueFd fd{::openat(dir, name.c_str(), kFlags, 0644)};
    if (!fd && errno == EEXIST && ::unlinkat(dir, name.c_str(), 0) == 0)
        fd.reset(::openat(dir, name.c_str(), kFlags, 0644));
    if (!fd) return errno_error("making a file", errno);
    return fd;
}

}  // namespace

// Like base::write_file(), which names its temporary file after the file: a unit's name may have
// all the length that a file name can have. No fsync: the directory is a tmpfs.
Result<> Output::write_unit(const std::string& name, const std::string& text) {
    const auto fd = TRY_CONTEXT(create(dir_.get(), temporary_), "writing \"{}\"", name);
    auto done = base::write_all(fd.get(), text);
    if (done && ::renameat(dir_.get(), temporary_.c_str(), dir_.get(), name.c_str()) < 0)
        done = errno_error("renaming it into place", errno);
    if (done) return {};
    (void)::unlinkat(dir_.get(), temporary_.c_str(), 0);
    return std::move(done).error().with_context(fmt::format("writing \"{}\"", name));
}

// <by>.wants/<name> → ../<name>
Result<std::string> Output::link_unit(const std::string& by, const std::string& name) {
    const auto folder = fmt::format("{}.wants", by);
    if (!folders_.contains(folder)) {
        if (::mkdirat(dir_.get(), folder.c_str(), 0755) < 0 && errno != EEXIST)
            return errno_error(fmt::format("making directory \"{}\"", folder), errno);
        folders_.insert(folder);
    }
    auto link = fmt::format("{}/{}", folder, name);
    const auto target = fmt::format("../{}", name);
    if (::symlinkat(target.c_str(), dir_.get(), link.c_str()) == 0) return link;
    if (errno == EEXIST && ::unlinkat(dir_.get(), link.c_str(), 0) == 0 &&
        ::symlinkat(target.c_str(), dir_.get(), link.c_str()) == 0)
        return link;
    return errno_error(fmt::format("making link \"{}\"", link), errno);
}

Result<Output> Output::open(const std::string& path) {
    auto dir = TRY(base::open_path(path, O_RDONLY | O_DIRECTORY));
    return Output{std::move(dir), fmt::format(".#podd.{}", ::getpid())};
}

Result<> Output::write(const std::vector<unit::Unit>& units) {
    // All texts first: what cannot be rendered must not leave half a pod.
    std::vector<std::string> texts;
    texts.reserve(units.size());
    for (const auto& unit : units)
        texts.push_back(TRY(unit::file_text(unit, "podd-generator")));
    Undo undo{dir_.get()};
    for (std::size_t i = 0; i < units.size(); ++i) {
        TRY(write_unit(units[i].name, texts[i]));
        undo.add(units[i].name);
        for (const auto& by : units[i].wanted_by)
            undo.add(TRY(link_unit(by, units[i].name)));
    }
    undo.forget();
    return {};
}

}  // namespace podd::generator
