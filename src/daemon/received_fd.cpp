// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/received_fd.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/socket_message.h"

namespace podd::daemon {

namespace {

constexpr std::size_t kMaxManifestBytes = std::size_t{4} * 1024 * 1024;
constexpr int kNeededSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK;

base::Error refused(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

base::Result<> check_readable(int fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0) return base::errno_error("cannot look at the descriptor", errno);
    if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_WRONLY)
        return refused("the descriptor is not open for reading");
    return {};
}

base::Result<> check_writable(int fd) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags < 0) return base::errno_error("cannot look at the descriptor", errno);
    if ((flags & O_PATH) != 0 || (flags & O_ACCMODE) == O_RDONLY)
        return refused("the descriptor is not open for writing");
    return {};
}

bool is_sealed(int fd) {
    const int seals = ::fcntl(fd, F_GET_SEALS);
    return seals >= 0 && (seals & kNeededSeals) == kNeededSeals;
}

}  // namespace

base::Result<base::UniqueFd> take_fd(const sdbus::UnixFd& fd) {
    if (!fd.isValid()) return refused("the call brought no descriptor");
    base::UniqueFd copy{::fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)};
    if (!copy) return base::errno_error("cannot copy a descriptor", errno);
    return copy;
}

base::Result<std::string> read_manifest(int fd, Source source) {
    TRY(check_readable(fd));
    struct stat st{};
    if (::fstat(fd, &st) < 0) return base::errno_error("cannot look at the manifest", errno);
    if (!S_ISREG(st.st_mode)) return refused("the manifest is not a regular file");
    if (source == Source::kSealed && !is_sealed(fd))
        return refused("the manifest is not a sealed memory file (memfd_create(2))");
    if (static_cast<std::uint64_t>(st.st_size) > kMaxManifestBytes)
        return refused("the manifest holds more than 4 MiB");
    if (::lseek(fd, 0, SEEK_SET) < 0) return base::errno_error("cannot read the manifest", errno);
    return TRY_CONTEXT(base::read_all(fd, kMaxManifestBytes), "reading the manifest");
}

base::Result<> check_image_fd(int fd, uid_t caller) {
    TRY(check_readable(fd));
    struct stat st{};
    if (::fstat(fd, &st) < 0) return base::errno_error("cannot look at the image file", errno);
    if (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode)) return {};
    if (!S_ISDIR(st.st_mode)) return refused("the image is not a file, pipe or folder");
    if (caller == 0) return {};
    return base::Error{base::ErrorCode::kDenied,
                       "Access denied: an image in a folder may be imported by root only\n"
                       "hint: make a tar archive of the folder and import that"};
}

base::Result<> check_report_fd(int fd) {
    TRY(check_writable(fd));
    const int seals = ::fcntl(fd, F_GET_SEALS);
    if (seals < 0) return refused("the report is no memory file (memfd_create(2))");
    if ((seals & (F_SEAL_WRITE | F_SEAL_GROW)) != 0) return refused("the report is sealed");
    return {};
}

base::Result<> check_export_fd(int fd) {
    TRY(check_writable(fd));
    struct stat st{};
    if (::fstat(fd, &st) < 0) return base::errno_error("cannot look at the file", errno);
    if (S_ISREG(st.st_mode) || S_ISFIFO(st.st_mode)) return {};
    return refused("an image is written to a file or pipe only");
}

base::Result<> check_sealed_fd(int fd, std::string_view what) {
    TRY(check_readable(fd));
    if (!is_sealed(fd))
        return refused(fmt::format("the {} is not a sealed memory file (memfd_create(2))", what));
    if (::lseek(fd, 0, SEEK_SET) < 0) return base::errno_error("cannot rewind", errno);
    return {};
}

base::Result<base::UniqueFd> sealed_text(const char* name, std::string_view text) {
    base::UniqueFd fd{::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (!fd) return base::errno_error("cannot make a file in memory", errno);
    TRY(base::write_all(fd.get(), text));
    if (::lseek(fd.get(), 0, SEEK_SET) < 0)
        return base::errno_error("cannot rewind a file in memory", errno);
    if (::fcntl(fd.get(), F_ADD_SEALS, kNeededSeals | F_SEAL_SEAL) < 0)
        return base::errno_error("cannot seal a file in memory", errno);
    return fd;
}

sdbus::UnixFd give_fd(base::UniqueFd fd) {
    return sdbus::UnixFd{fd.release(), sdbus::adopt_fd};
}

base::Result<std::pair<base::UniqueFd, base::UniqueFd>> socket_pair() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return base::errno_error("cannot make a socket", errno);
    return std::pair{base::UniqueFd{ends[0]}, base::UniqueFd{ends[1]}};
}

base::Result<base::UniqueFd> socket_with(std::string_view text, const std::vector<int>& fds) {
    auto [ours, theirs] = TRY(socket_pair());
    TRY(base::send_message(ours.get(), text, fds));
    return std::move(theirs);
}

}  // namespace podd::daemon
