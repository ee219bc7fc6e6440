// SPDX-License-Identifier: LGPL-2.1-or-later
#include "netns_path.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/file.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

Error wrong(ErrorCode code, const std::string& path, std::string_view found,
            std::string_view wanted) {
    return {code, fmt::format("network \"ns:{}\": found {}, wanted {}", path, found, wanted)};
}

// Source: ioctl_ns(2).
Result<> check_owner(int netns, const std::string& path) {
    const UniqueFd users{::ioctl(netns, NS_GET_USERNS)};
    uid_t uid = 0;
    if (!users || ::ioctl(users.get(), NS_GET_OWNER_UID, &uid) < 0)
        return errno_error(fmt::format("asking whose network namespace \"{}\" is", path), errno);
    if (uid == 0) return {};
    return wrong(ErrorCode::kDenied, path, fmt::format("a network namespace of uid {}", uid),
                 "one that root has made, as \"ip netns add\" does");
}

bool is_same(const struct stat& a, const struct stat& b) {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

}  // namespace

Result<UniqueFd> open_netns(const std::string& path) {
    struct stat st{};
    struct stat host{};
    if (::stat(path.c_str(), &st) < 0) {
        if (errno == ENOENT)
            return wrong(ErrorCode::kNotFound, path, "nothing",
                         "a network namespace that is there already: \"ip netns add\" makes one");
        return errno_error(fmt::format("network \"ns:{}\"", path), errno);
    }
    UniqueFd fd;
    // Never a device or a FIFO: opening one can do something.
    if (S_ISREG(st.st_mode)) fd = TRY(base::open_path(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    if (!fd || ::ioctl(fd.get(), NS_GET_NSTYPE) != CLONE_NEWNET)
        return wrong(ErrorCode::kInvalidArgument, path, "something else",
                     "a network namespace, as beneath /run/netns");
    if (::fstat(fd.get(), &st) < 0 || ::stat("/proc/self/ns/net", &host) < 0)
        return errno_error("looking at a network namespace", errno);
    if (is_same(st, host))
        return wrong(ErrorCode::kInvalidArgument, path, "the host's own",
                     "another: the word \"host\" is for that one");
    TRY(check_owner(fd.get(), path));
    return fd;
}

}  // namespace podd::stage1
