// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image export
#include <cerrno>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/new_file.h"
#include "podctl/manager.h"
#include "podctl/terminal.h"
#include "podctl/transfer_watch.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

using base::Error;
using base::ErrorCode;
using base::Existing;
using base::Result;
using base::UniqueFd;

Result<sdbus::UnixFd> copy_of(int fd) {
    const int copy = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) return base::errno_error("copying a descriptor", errno);
    return sdbus::UnixFd{copy, sdbus::adopt_fd};
}

// A file of the caller's, made with the caller's rights, which has its name when it is whole.
class Target {
public:
    static Result<Target> create(const std::string& path, Existing existing) {
        const auto slash = path.rfind('/');
        Target target{path, slash == std::string::npos ? path : path.substr(slash + 1), existing};
        if (path == "-") return target;
        target.dir_ = TRY(base::open_path(
            slash == std::string::npos ? "." : path.substr(0, slash + 1), O_RDONLY | O_DIRECTORY));
        TRY(target.check_free());
        target.file_.emplace(TRY(base::NewFile::create(target.dir_.get(), target.name_)));
        return target;
    }

    Result<sdbus::UnixFd> fd() const {
        if (file_) return copy_of(file_->fd());
        if (::isatty(STDOUT_FILENO) == 1)
            return Error{ErrorCode::kInvalidArgument,
                         "an image is not written to a terminal: give a file"};
        return copy_of(STDOUT_FILENO);
    }

    Result<> publish() {
        if (!file_) return {};
        TRY(check_free());
        // What is replaced must not be lost to a power cut.
        if (::fsync(file_->fd()) < 0)
            return base::errno_error(fmt::format("flushing \"{}\"", path_), errno);
        return file_->publish(dir_.get(), name_, existing_);
    }

private:
    Target(std::string path, std::string name, Existing existing)
        : path_{std::move(path)}, name_{std::move(name)}, existing_{existing} {}

    // Said before anything is asked of podd; publishing looks again.
    Result<> check_free() const {
        struct stat st{};
        if (::fstatat(dir_.get(), name_.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) {
            if (errno == ENOENT && !name_.empty()) return {};
            return base::errno_error(fmt::format("looking at \"{}\"", path_), errno);
        }
        if (existing_ == Existing::kRefuse)
            return Error{ErrorCode::kConflict,
                         fmt::format("\"{}\" exists\nhint: --overwrite replaces it", path_)};
        // Neither a folder nor what a link leads to, and not "/dev/null".
        if (S_ISREG(st.st_mode)) return {};
        return Error{ErrorCode::kConflict,
                     fmt::format("\"{}\" is no plain file, and so is not replaced", path_)};
    }

    std::string path_;
    std::string name_;
    Existing existing_;
    UniqueFd dir_{};
    std::optional<base::NewFile> file_{};
};

}  // namespace

Result<int> verb_image_export(const Arguments& arguments) {
    const std::string& word = arguments.words[0];
    const auto existing = arguments.options.overwrite ? Existing::kReplace : Existing::kRefuse;
    auto target = TRY(Target::create(arguments.words[1], existing));
    const sdbus::UnixFd file = TRY(target.fd());
    Session session = TRY(Session::open(arguments.options));
    ProgressLine line{"Exporting", word, arguments.options.quiet};
    TransferWatch watch{session, line};
    TRY_CONTEXT(watch.run([&] {
        return session.manager->ExportImage(word, file, session.manager->flags());
    }),
                "image \"{}\"", word);
    line.clear();
    TRY(target.publish());
    return kOk;
}

}  // namespace podd::podctl
