// SPDX-License-Identifier: LGPL-2.1-or-later
#include "idmap.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "child.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

Result<> write_map(int proc_fd, const std::string& path, const IdRange& range,
                   std::optional<std::uint32_t> host_root) {
    auto text = fmt::format("{} {} {}\n", range.inside, range.outside, range.count);
    if (host_root) text += fmt::format("{} 0 1\n", *host_root);
    const auto file = TRY(base::open_at(proc_fd, path, O_WRONLY));
    TRY_CONTEXT(base::write_all(file.get(), text), "mapping ids ({})", text);
    return {};
}

Result<> stay() {
    (void)::pause();
    return {};
}

Result<UniqueFd> make_user_namespace(int proc_fd, const IdMap& map) {
    // It only holds the namespace, until it is killed at the end of this block. Nobody but systemd
    // has to wait for its end.
    const auto child = TRY(Child::start(stay, Parent::kMine, Users::kNew));
    TRY(write_maps(proc_fd, child.pid(), map));
    // Magic links are what /proc/PID/ns consists of, so this is no place for open_at().
    UniqueFd fd{
        ::openat(proc_fd, fmt::format("{}/ns/user", child.pid()).c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) return errno_error("opening a user namespace", errno);
    return fd;
}

}  // namespace

Result<> write_maps(int proc_fd, pid_t pid, const IdMap& map) {
    TRY(write_map(proc_fd, fmt::format("{}/uid_map", pid), map.users, map.host_root));
    return write_map(proc_fd, fmt::format("{}/gid_map", pid), map.groups, map.host_root);
}

Result<int> MountIdMaps::descriptor(const IdMap& map) {
    for (const auto& [known, fd] : made_)
        if (known == map) return fd.get();
    made_.emplace_back(map, TRY(make_user_namespace(proc_fd_, map)));
    return made_.back().second.get();
}

}  // namespace podd::stage1
