// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/root_folder.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/pack.h"
#include "archive/tar_writer.h"
#include "base/file.h"
#include "base/new_file.h"
#include "podctl/terminal.h"

namespace podd::podctl {

namespace {

using base::Result;
using base::UniqueFd;

constexpr std::array kMarks{"oci-layout", "index.json", "manifest.json"};

// Too large for a file system in memory. Source: file-hierarchy(7).
std::string scratch_dir() {
    const char* variable = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
    return variable == nullptr || *variable == '\0' ? "/var/tmp" : variable;
}

// Where it has a name for a while, nobody else may read what only the caller could.
Result<base::NewFile> make_private(int dir_fd) {
    const mode_t before = ::umask(077);
    auto file = base::NewFile::create(dir_fd, "podctl-root");
    (void)::umask(before);
    return file;
}

}  // namespace

bool holds_images(int dir_fd) {
    return std::ranges::any_of(kMarks, [&](const char* name) {
        struct stat st{};
        return ::fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
    });
}

Result<UniqueFd> tar_of_root(int dir_fd, bool quiet) {
    // The user's locale must not decide what an image is.
    (void)std::setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT(concurrency-mt-unsafe): one thread
    const auto scratch = scratch_dir();
    const auto dir = TRY(base::open_path(scratch, O_RDONLY | O_DIRECTORY));
    // podd gets the whole of it or nothing: of a tar that ends early it could not know.
    const auto file = TRY(make_private(dir.get()));
    auto tar = TRY(archive::TarWriter::create(
        [&](std::string_view bytes) { return base::write_all(file.fd(), bytes); }));
    const auto packed = TRY(archive::pack_folder(dir_fd, {.rules = archive::Rules::kLayer}, tar));
    TRY_CONTEXT(tar.finish(), "writing to \"{}\"", scratch);
    if (!quiet)
        for (const auto& note : packed.notes)
            fmt::print(stderr, "{}\n", printable(note));
    UniqueFd tarball{::fcntl(file.fd(), F_DUPFD_CLOEXEC, 3)};
    if (!tarball) return base::errno_error("copying a descriptor", errno);
    if (::lseek(tarball.get(), 0, SEEK_SET) < 0)
        return base::errno_error("going to its start", errno);
    return tarball;
}

}  // namespace podd::podctl
