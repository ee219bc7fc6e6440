// SPDX-License-Identifier: LGPL-2.1-or-later
#include "credentials.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "mount_api.h"
#include "targets.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

// More than systemd gives a unit, all credentials together. What they are copied into has no limit.
constexpr std::size_t kMaxTotal = std::size_t{2} * 1024 * 1024;

// Files on the way: owner and group are ids of the host.
struct Owner {
    uid_t uid;
    gid_t gid;
};

// What was on the way stays neither in memory nor, by way of that, on a swap device.
class Buffer {
public:
    Buffer() = default;
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { ::explicit_bzero(bytes_, sizeof bytes_); }
    char* data() { return bytes_; }
    static constexpr std::size_t size() { return sizeof bytes_; }

private:
    char bytes_[4096] = {};
};

Result<> copy_data(int from, int to, std::size_t& total) {
    Buffer buffer;
    for (;;) {
        const ssize_t n = ::read(from, buffer.data(), Buffer::size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return errno_error("reading", errno);
        if (n == 0) return {};
        total += static_cast<std::size_t>(n);
        if (total > kMaxTotal)
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("more than {} bytes of credentials", kMaxTotal)};
        TRY(base::write_all(to, {buffer.data(), static_cast<std::size_t>(n)}));
    }
}

Result<> copy(int from_dir, int to_dir, const std::string& name, Owner owner, std::size_t& total) {
    const auto from =
        TRY(base::open_at(from_dir, name, O_RDONLY | O_NONBLOCK, 0, base::Resolve::kNoSymlinks));
    struct stat st{};
    if (::fstat(from.get(), &st) < 0) return errno_error("looking at it", errno);
    if (!S_ISREG(st.st_mode)) return Error{ErrorCode::kInvalidArgument, "it is no file"};
    const auto to = TRY(base::open_at(to_dir, name, O_WRONLY | O_CREAT | O_EXCL, 0400));
    TRY(copy_data(from.get(), to.get(), total));
    if (::fchown(to.get(), owner.uid, owner.gid) < 0 || ::fchmod(to.get(), 0400) < 0)
        return errno_error("giving it to the app's user", errno);
    return {};
}

// ramfs, for a tmpfs may be swapped out; made by the host's user namespace, so that the pod has no
// rights over it.
Result<UniqueFd> copy_all(int from_dir, Owner owner) {
    constexpr std::uint64_t kQuiet = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    auto mount = TRY(new_mount("ramfs", {{"mode", "0700"}}, kQuiet));
    std::size_t total = 0;
    for (const auto& name : TRY(base::list_dir(from_dir)))
        TRY_CONTEXT(copy(from_dir, mount.get(), name, owner, total), "credential \"{}\"", name);
    if (::fchownat(mount.get(), "", owner.uid, owner.gid, AT_EMPTY_PATH) < 0 ||
        ::fchmodat(mount.get(), ".", 0500, 0) < 0)
        return errno_error("giving credentials to the app's user", errno);
    TRY(set_attributes(mount.get(), MOUNT_ATTR_RDONLY, Recursive::kNo));
    return mount;
}

// The app's /dev knows no ids but the pod's. The app may have put something else there before.
Result<UniqueFd> make_target(std::uint32_t pod_root) {
    const auto dev = TRY(base::open_path("/dev", O_PATH | O_DIRECTORY | O_NOFOLLOW));
    (void)::setfsgid(pod_root);
    (void)::setfsuid(pod_root);
    auto target = own_directory(dev.get(), std::strrchr(kCredentialsFolder, '/') + 1);
    (void)::setfsuid(0);
    (void)::setfsgid(0);
    return target;
}

}  // namespace

Result<Credentials> Credentials::own() {
    Credentials credentials;
    const char* path = std::getenv(kCredentialsVariable);  // NOLINT(concurrency-mt-unsafe)
    if (path != nullptr && *path != '\0')
        credentials.directory_ = TRY(base::open_path(path, O_RDONLY | O_DIRECTORY));
    return credentials;
}

Result<Credentials> Credentials::of_unit(const std::string& unit) {
    Credentials credentials;
    auto fd = base::open_path(fmt::format("/run/credentials/{}", unit), O_RDONLY | O_DIRECTORY);
    if (!fd && fd.error().code() != ErrorCode::kNotFound) return std::move(fd).error();
    if (fd) credentials.directory_ = std::move(*fd);
    return credentials;
}

Result<> Credentials::place(const plan::PodPlan& pod, const plan::AppPlan& app) const {
    if (!directory_) return {};
    const Owner owner{pod.uid_base + app.uid, pod.uid_base + app.gid};
    const auto mount = TRY(copy_all(directory_.get(), owner));
    return attach(mount.get(), TRY(make_target(pod.uid_base)).get());
}

}  // namespace podd::stage1
