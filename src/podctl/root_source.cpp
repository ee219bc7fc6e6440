// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/root_source.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/compression.h"
#include "base/file.h"

namespace podd::podctl {

namespace {

using base::Result;
using base::UniqueFd;

constexpr const char* kScratchName = "root.tar";

Result<UniqueFd> open_given(const std::string& path) {
    if (path != "-") return base::open_path(path, O_RDONLY | O_NOCTTY);
    UniqueFd copy{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)};
    if (!copy) return base::errno_error("standard input", errno);
    return copy;
}

Result<> copy_all(int from, int to) {
    std::vector<char> buffer(std::size_t{256} * 1024);
    for (;;) {
        const ssize_t n = ::read(from, buffer.data(), buffer.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return base::errno_error("reading", errno);
        if (n == 0) return {};
        TRY(base::write_all(to, {buffer.data(), static_cast<std::size_t>(n)}));
    }
}

Result<archive::Compression> compression_of(int fd) {
    char first[archive::kSniffBytes];
    const ssize_t n = ::pread(fd, first, sizeof first, 0);
    if (n < 0) return base::errno_error("reading", errno);
    return archive::sniff({first, static_cast<std::size_t>(n)});
}

}  // namespace

Result<RootSource> RootSource::open(const std::string& path, int scratch_dir) {
    auto given = TRY(open_given(path));
    struct stat st{};
    if (::fstat(given.get(), &st) < 0)
        return base::errno_error(fmt::format("looking at \"{}\"", path), errno);
    RootSource source{std::move(given), S_ISDIR(st.st_mode)};
    if (source.is_folder_) return source;
    if (!S_ISREG(st.st_mode)) TRY_CONTEXT(source.keep(scratch_dir), "\"{}\"", path);
    TRY_CONTEXT(source.unpack(scratch_dir), "\"{}\"", path);
    return source;
}

Result<> RootSource::keep(int scratch_dir) {
    auto copy = TRY(base::NewFile::create(scratch_dir, kScratchName));
    TRY(copy_all(fd(), copy.fd()));
    kept_.push_back(std::move(copy));
    return {};
}

Result<> RootSource::unpack(int scratch_dir) {
    const auto compression = TRY(compression_of(fd()));
    // Somebody else may have read from standard input.
    if (::lseek(fd(), 0, SEEK_SET) < 0) return base::errno_error("going to its start", errno);
    if (compression == archive::Compression::kNone) return {};
    auto plain = TRY(base::NewFile::create(scratch_dir, kScratchName));
    TRY(archive::decompress(fd(), plain.fd(), compression));
    if (::lseek(plain.fd(), 0, SEEK_SET) < 0) return base::errno_error("going to its start", errno);
    kept_.push_back(std::move(plain));
    return {};
}

Result<archive::Packed> RootSource::pack(const archive::PackOptions& options,
                                         archive::TarWriter& writer) const {
    return is_folder_ ? archive::pack_folder(fd(), options, writer)
                      : archive::pack_tar(fd(), options, writer);
}

}  // namespace podd::podctl
