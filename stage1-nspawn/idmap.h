// SPDX-License-Identifier: LGPL-2.1-or-later
// User namespaces: the pod's own, and those that only say how a mount maps its ids.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/plan.h"

namespace podd::stage1 {

/// A line of uid_map or of gid_map. Source: user_namespaces(7).
struct IdRange {
    std::uint32_t inside;
    std::uint32_t outside;
    std::uint32_t count;
    bool operator==(const IdRange&) const = default;
};
struct IdMap {
    IdRange users;
    IdRange groups;
    /// An id inside for the host's root: machined copies files into a pod as that, and gives them
    /// to the pod's root once they are written. Without a place for it no file could be made.
    std::optional<std::uint32_t> host_root;
    bool operator==(const IdMap&) const = default;
};

/// What such a file belongs to on disk until it is given away: an id that nobody has, next to
/// systemd's foreign range.
inline constexpr std::uint32_t kHostRootOnDisk = plan::kForeignBase + plan::kIdCount;

/// Writes both maps of the process `pid`. `proc_fd`: the host's /proc.
base::Result<> write_maps(int proc_fd, pid_t pid, const IdMap& map);

/// User namespaces for mounts, made when first asked for; no process lives in them.
class MountIdMaps {
public:
    explicit MountIdMaps(int proc_fd) : proc_fd_{proc_fd} {}
    /// A descriptor that stays this object's. For a mount, `inside` are the ids on disk.
    base::Result<int> descriptor(const IdMap& map);

private:
    int proc_fd_;
    std::vector<std::pair<IdMap, base::UniqueFd>> made_;
};

}  // namespace podd::stage1
