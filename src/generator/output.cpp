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

// Like base::write_file(), which names its temporary file after the file: a unit's name may have
// all the length that a file name can have. No fsync: the directory is a tmpfs.
Result<> write_unit(int dir, const std::string& name, const std::string& text) {
    const auto temporary = fmt::format(".#podd.{}", ::getpid());
    (void)::unlinkat(dir, temporary.c_str(), 0);
    UniqueFd fd{::openat(dir, temporary.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644)};
    if (!fd) return errno_error(fmt::format("writing \"{}\"", name), errno);
    auto done = base::write_all(fd.get(), text);
    if (done && ::renameat(dir, temporary.c_str(), dir, name.c_str()) < 0)
        done = errno_error("renaming it into place", errno);
    if (done) return {};
    (void)::unlinkat(dir, temporary.c_str(), 0);
    return std::move(done).error().with_context(fmt::format("writing \"{}\"", name));
}

// <by>.wants/<name> → ../<name>
Result<> link_unit(int dir, const std::string& by, const std::string& name, Undo& undo) {
    const auto folder = fmt::format("{}.wants", by);
    const auto link = fmt::format("{}/{}", folder, name);
    if (::mkdirat(dir, folder.c_str(), 0755) < 0 && errno != EEXIST)
        return errno_error(fmt::format("making directory \"{}\"", folder), errno);
    (void)::unlinkat(dir, link.c_str(), 0);
    if (::symlinkat(fmt::format("../{}", name).c_str(), dir, link.c_str()) < 0)
        return errno_error(fmt::format("making link \"{}\"", link), errno);
    undo.add(link);
    return {};
}

}  // namespace

Result<Output> Output::open(const std::string& path) {
    return Output {
        TRY(base::open_path(path, O_RDONLY | O_DIRECTORY))
    };
}

Result<> Output::write(const std::vector<unit::Unit>& units) {
    // All texts first: what cannot be rendered must not leave half a pod.
    std::vector<std::string> texts;
    texts.reserve(units.size());
    for (const auto& unit : units)
        texts.push_back(TRY(unit::file_text(unit, "podd-generator")));
    Undo undo{dir_.get()};
    for (std::size_t i = 0; i < units.size(); ++i) {
        TRY(write_unit(dir_.get(), units[i].name, texts[i]));
        undo.add(units[i].name);
        for (const auto& by : units[i].wanted_by)
            TRY(link_unit(dir_.get(), by, units[i].name, undo));
    }
    undo.forget();
    return {};
}

}  // namespace podd::generator
