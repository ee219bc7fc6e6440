// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/volumes.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/users.h"
#include "pod/image_copy.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::kMaxId;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::size_t kMaxMountInfo = std::size_t{16} * 1024 * 1024;

// Source: proc(5), "mountinfo".
Result<> check_shared(int source_fd, const schema::Volume& volume) {
    struct statx found{};
    if (::statx(source_fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &found) < 0)
        return base::errno_error(fmt::format("looking at \"{}\"", volume.source), errno);
    const auto all = "\n" + TRY(base::read_file("/proc/self/mountinfo", kMaxMountInfo));
    const auto begin = all.find(fmt::format("\n{} ", std::uint64_t{found.stx_mnt_id}));
    const auto end = all.find(" - ", begin);
    if (begin != std::string::npos &&
        all.substr(begin, end - begin).find(" shared:") != std::string::npos)
        return {};
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("volume \"{}\": \"propagation\" is \"slave\", but the file system of "
                             "\"{}\" is mounted private on this host; see mount --make-shared",
                             volume.name.str(), volume.source)};
}

Result<struct stat> look_at_source(const schema::Volume& volume) {
    const auto root = TRY(base::open_path("/", O_PATH | O_DIRECTORY));
    // openat2() beneath "/" wants a relative path.
    auto fd =
        base::open_at(root.get(), volume.source.substr(1), O_PATH, 0, base::Resolve::kNoSymlinks);
    if (!fd && fd.error().sys_errno() == ELOOP)
        return Error{
            ErrorCode::kInvalidArgument,
            fmt::format(
                "volume \"{}\": source \"{}\" is or passes a symbolic link; name the real path",
                volume.name.str(), volume.source)};
    if (!fd && fd.error().sys_errno() == ENOENT)
        return Error{ErrorCode::kNotFound,
                     fmt::format("volume \"{}\": source \"{}\" does not exist; create it first",
                                 volume.name.str(), volume.source)};
    const auto source = TRY_CONTEXT(std::move(fd), "volume \"{}\"", volume.name.str());
    struct stat st{};
    if (::fstat(source.get(), &st) < 0)
        return base::errno_error(fmt::format("looking at \"{}\"", volume.source), errno);
    if (volume.propagation == schema::VolumePropagation::kSlave)
        TRY(check_shared(source.get(), volume));
    return st;
}

bool is_foreign(std::uint32_t id) {
    return id >= plan::kForeignBase && id - plan::kForeignBase < plan::kIdCount;
}

Result<> check_foreign(const schema::Volume& volume, const struct stat& st) {
    if (is_foreign(st.st_uid) && is_foreign(st.st_gid)) return {};
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("volume \"{0}\": source \"{1}\" is owned by {2}:{3}, wanted {4} to {5} for "
                    "\"idmap\": \"foreign\"; chown {4}:{4} {1} gives it to the pod's root",
                    volume.name.str(), volume.source, st.st_uid, st.st_gid, plan::kForeignBase,
                    plan::kForeignBase + plan::kIdCount - 1)};
}

plan::MountPlan::Idmap planned_idmap(const schema::Volume& volume) {
    switch (volume.idmap.value_or(schema::VolumeIdmap::kOwner)) {
        case schema::VolumeIdmap::kForeign: return plan::MountPlan::Idmap::kForeign;
        case schema::VolumeIdmap::kHost: return plan::MountPlan::Idmap::kHost;
        case schema::VolumeIdmap::kOwner: break;
    }
    return plan::MountPlan::Idmap::kOwner;
}

Result<> check_ids(const schema::Volume& volume, bool read_only, const struct stat& st) {
    const bool of_root = st.st_uid == 0;
    if (volume.idmap == schema::VolumeIdmap::kForeign) return check_foreign(volume, st);
    if (volume.idmap == schema::VolumeIdmap::kHost || read_only || (!of_root && st.st_gid != 0))
        return {};
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("volume \"{}\": source \"{}\" is owned by {}, and the pod's root could leave "
                    "{} files there; set \"readOnly\": true or \"idmap\": \"host\" on the "
                    "volume, or give the source to another {}",
                    volume.name.str(), volume.source, of_root ? "root" : "group root",
                    of_root ? "setuid-root" : "setgid-root", of_root ? "user" : "group")};
}

// Source: what systemd-nspawn allows a tmpfs of its containers.
std::uint64_t default_size() {
    return static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) / 10 *
           static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// The folder of an empty volume belongs to the pod, in the ids that are on disk.
// Nothing when another app has made it.
Result<UniqueFd> make_volume_dir(int volumes_fd, const std::string& name,
                                 const schema::Volume& volume) {
    if (::mkdirat(volumes_fd, name.c_str(), 0700) < 0) {
        if (errno == EEXIST) return UniqueFd{};
        return base::errno_error(fmt::format("making volume \"{}\"", name), errno);
    }
    auto dir =
        TRY(base::open_at(volumes_fd, name, O_RDONLY | O_DIRECTORY, 0, base::Resolve::kNoSymlinks));
    // Owner first: chown would clear setuid and setgid bits of the mode.
    if (::fchown(dir.get(), plan::kForeignBase + volume.uid, plan::kForeignBase + volume.gid) < 0 ||
        ::fchmod(dir.get(), volume.mode) < 0)
        return base::errno_error(fmt::format("setting owner and mode of volume \"{}\"", name),
                                 errno);
    return dir;
}

// An image that has nothing there leaves it as it was made.
Result<> fill_from_image(ResolvedMount& mount, const LayeredRoot& root, int volume_fd) {
    mount.from_image = true;
    const auto folder = TRY(root.folder(mount.target));
    if (!folder) return {};
    return copy_folder(*folder, volume_fd);
}

// Fails closed: a node without a word in the unit's device policy would be of no use, or, where the
// host enforces none, more than the unit says.
Result<> check_allowed(const schema::Volume& volume,
                       const std::vector<translate::Device>& allowed) {
    const auto refuse = [&](std::string_view why) {
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("volume \"{}\": source \"{}\" is a device, and {}",
                                 volume.name.str(), volume.source, why)};
    };
    if (volume.idmap) return refuse("\"idmap\" says nothing about one; leave it out");
    if (volume.propagation) return refuse("\"propagation\" says nothing about one; leave it out");
    if (!translate::is_device_path(volume.source))
        return refuse("those are taken from /dev alone, where the app's unit can allow them");
    if (std::none_of(allowed.begin(), allowed.end(),
                     [&](const auto& device) { return device.path == volume.source; }))
        return refuse(
            "only the image asks for it; name the volume in the \"mounts\" of the app, so that its "
            "unit allows it");
    return {};
}

// Read-only holds without the device policy as well: the node belongs to nobody of the pod then.
plan::MountPlan device_plan(const ResolvedMount& mount, const Identity& owner,
                            const struct stat& st) {
    plan::MountPlan planned;
    planned.kind = plan::MountPlan::Kind::kDevice;
    planned.source = mount.volume.source;
    planned.target = mount.target;
    planned.read_only = mount.read_only;
    planned.owner_uid = owner.uid;
    planned.owner_gid = owner.gid;
    planned.mode = (st.st_mode & S_IFMT) | (mount.read_only ? 0444U : 0660U | (st.st_mode & 06U));
    planned.device = st.st_rdev;
    return planned;
}

}  // namespace

Result<> check_empty_volume(const schema::Volume& volume) {
    if (volume.uid <= kMaxId && volume.gid <= kMaxId) return {};
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("volume \"{}\": uid {} or gid {} is out of a pod's range, 0…{}",
                             volume.name.str(), volume.uid, volume.gid, kMaxId)};
}

Result<plan::MountPlan> plan_host_volume(const ResolvedMount& mount, const Identity& owner,
                                         const std::vector<translate::Device>& allowed) {
    const auto& volume = mount.volume;
    const auto st = TRY(look_at_source(volume));
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
        TRY(check_allowed(volume, allowed));
        return device_plan(mount, owner, st);
    }
    TRY(check_ids(volume, mount.read_only, st));
    plan::MountPlan planned;
    planned.kind = plan::MountPlan::Kind::kHost;
    planned.idmap = planned_idmap(volume);
    planned.source = volume.source;
    planned.target = mount.target;
    planned.read_only = mount.read_only;
    planned.recursive = volume.recursive.value_or(true);
    planned.owner_uid = st.st_uid;
    planned.owner_gid = st.st_gid;
    planned.source_device = st.st_dev;
    planned.source_inode = st.st_ino;
    if (volume.propagation == schema::VolumePropagation::kSlave) planned.slave = true;
    return planned;
}

Result<plan::MountPlan> plan_empty_volume(ResolvedMount& mount, const std::string& app,
                                          const LayeredRoot& root, int volumes_fd,
                                          const std::string& volumes_path) {
    const auto& volume = mount.volume;
    TRY(check_empty_volume(volume));
    // AC Names have no dot, so a volume made up for one app cannot meet one of the pod's.
    const auto name =
        mount.implicit ? fmt::format("{}.{}", app, volume.name.str()) : volume.name.str();
    const auto made = TRY(make_volume_dir(volumes_fd, name, volume));
    if (made && volume.from_image.value_or(false))
        TRY_CONTEXT(fill_from_image(mount, root, made.get()), "volume \"{}\": \"fromImage\"", name);
    plan::MountPlan planned;
    planned.kind = plan::MountPlan::Kind::kEmpty;
    planned.idmap = plan::MountPlan::Idmap::kForeign;
    planned.source = fmt::format("{}/{}", volumes_path, name);
    planned.target = mount.target;
    planned.read_only = mount.read_only;
    return planned;
}

Result<plan::MountPlan> plan_memory_volume(const ResolvedMount& mount) {
    const auto& volume = mount.volume;
    TRY(check_empty_volume(volume));
    plan::MountPlan planned;
    planned.kind = plan::MountPlan::Kind::kMemory;
    planned.idmap = plan::MountPlan::Idmap::kForeign;
    planned.source = volume.name.str();
    planned.target = mount.target;
    planned.read_only = mount.read_only;
    planned.owner_uid = volume.uid;
    planned.owner_gid = volume.gid;
    planned.mode = volume.mode;
    planned.size = volume.size.value_or(default_size());
    return planned;
}

}  // namespace podd::pod
