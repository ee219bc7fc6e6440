// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image export
#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "podctl/manager.h"
#include "podctl/terminal.h"
#include "podctl/transfer_watch.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

// A file of the caller's, made with the caller's rights; it goes again when the export fails.
class Target : private base::Pinned {
public:
    explicit Target(std::string path) : path_{std::move(path)} {}
    ~Target() {
        if (made_) (void)::unlink(path_.c_str());
    }

    base::Result<sdbus::UnixFd> open() {
        if (path_ == "-") return standard_output();
        const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno == EEXIST)
            return base::Error{base::ErrorCode::kConflict,
                               fmt::format("\"{}\" exists: remove it first", path_)};
        if (fd < 0) return base::errno_error(fmt::format("making \"{}\"", path_), errno);
        made_ = true;
        return sdbus::UnixFd{fd, sdbus::adopt_fd};
    }
    void keep() { made_ = false; }

private:
    static base::Result<sdbus::UnixFd> standard_output() {
        if (::isatty(STDOUT_FILENO) == 1)
            return base::Error{base::ErrorCode::kInvalidArgument,
                               "an image is not written to a terminal: give a file"};
        const int copy = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        if (copy < 0) return base::errno_error("standard output", errno);
        return sdbus::UnixFd{copy, sdbus::adopt_fd};
    }

    std::string path_;
    bool made_ = false;
};

}  // namespace

base::Result<int> verb_image_export(const Arguments& arguments) {
    const std::string& word = arguments.words[0];
    Session session = TRY(Session::open(arguments.options));
    Target target{arguments.words[1]};
    const sdbus::UnixFd file = TRY(target.open());
    ProgressLine line{"Exporting", word, arguments.options.quiet};
    TransferWatch watch{session, line};
    TRY_CONTEXT(watch.run([&] {
        return session.manager->ExportImage(word, file, session.manager->flags());
    }),
                "image \"{}\"", word);
    line.clear();
    target.keep();
    return kOk;
}

}  // namespace podd::podctl
