// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sources.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/file.h"
#include "mount_api.h"
#include "name_files.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;
using plan::MountPlan;

namespace {

constexpr std::size_t kMaxHostFile = 65536;

struct Node {
    const char* name;    // in the pod's /dev
    const char* source;  // in the host's
    unsigned major;
    unsigned minor;
};

// Source: appc spec 0.8.11, OS-SPEC "Linux"; numbers: Documentation/admin-guide/devices.txt. A
// service has no console: what is written there is gone.
constexpr Node kNodes[] = {
    {"null", "null", 1, 3},     {"zero", "zero", 1, 5},       {"full", "full", 1, 7},
    {"random", "random", 1, 8}, {"urandom", "urandom", 1, 9}, {"tty", "tty", 5, 0},
    {"console", "null", 1, 3},
};

IdMap foreign_map(const plan::PodPlan& pod) {
    const IdRange range{plan::kForeignBase, pod.uid_base, plan::kIdCount};
    return {range, range, kHostRootOnDisk};
}

IdMap volume_map(const plan::PodPlan& pod, const MountPlan& mount) {
    switch (mount.idmap) {
        case MountPlan::Idmap::kForeign: return foreign_map(pod);
        case MountPlan::Idmap::kOwner:
            return {{mount.owner_uid, pod.uid_base, 1},
                    {mount.owner_gid, pod.uid_base, 1},
                    kHostRootOnDisk};
        case MountPlan::Idmap::kHost: break;
    }
    const IdRange same{0, pod.uid_base, plan::kIdCount};
    return {same, same, kHostRootOnDisk};
}

// A path of podd's own store: its administrator may have put links above it.
Result<UniqueFd> clone_own(const std::string& path, std::uint64_t attributes, int userns_fd) {
    const auto fd = TRY(base::open_path(path, O_PATH | O_DIRECTORY));
    auto mount = TRY(clone_mount(fd.get(), "", Recursive::kNo));
    TRY_CONTEXT(set_attributes(mount.get(), attributes, Recursive::kNo, userns_fd), "\"{}\"", path);
    return mount;
}

// Only the administrator named this path, but whoever can write to a directory on the way could put
// a link there. Source: appc spec 0.8.11, ace.md "Volumes".
Result<UniqueFd> open_volume_source(const std::string& path) {
    const auto root = TRY(base::open_path("/", O_PATH | O_DIRECTORY));
    auto fd = base::open_at(root.get(), path.substr(path.find_first_not_of('/')), O_PATH, 0,
                            base::Resolve::kNoSymlinks);
    if (!fd && fd.error().sys_errno() == ELOOP)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("volume source \"{}\" has a symbolic link in it; name the path "
                                 "that it leads to",
                                 path)};
    if (!fd) return std::move(fd).error().with_context("volume source");
    return fd;
}

// Whose ids it has was decided for the object that stage0 looked at, and for no other that somebody
// put there since.
Result<> check_unchanged(const MountPlan& plan, const struct stat& st) {
    if (plan.source_device.value_or(st.st_dev) == st.st_dev &&
        plan.source_inode.value_or(st.st_ino) == st.st_ino)
        return {};
    return Error{ErrorCode::kDenied,
                 fmt::format("volume source \"{}\" changed since it was looked at: something else "
                             "was put in its place; start the pod again",
                             plan.source)};
}

Result<VolumeSource> host_source(const plan::PodPlan& pod, const MountPlan& plan,
                                 MountIdMaps& maps) {
    if (plan.source.find_first_not_of('/') == std::string::npos)
        return Error{ErrorCode::kInvalidArgument, "the host's root cannot be a volume"};
    const auto fd = TRY(open_volume_source(plan.source));
    struct stat st{};
    if (::fstat(fd.get(), &st) < 0) return errno_error("looking at a volume source", errno);
    TRY(check_unchanged(plan, st));
    const auto recursive = plan.recursive ? Recursive::kYes : Recursive::kNo;
    VolumeSource volume;
    volume.kind = S_ISDIR(st.st_mode) ? TargetKind::kDirectory : TargetKind::kFile;
    volume.mount = TRY(clone_mount(fd.get(), "", recursive));
    const std::uint64_t attributes =
        MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | (plan.read_only ? MOUNT_ATTR_RDONLY : 0);
    const int userns = TRY(maps.descriptor(volume_map(pod, plan)));
    const auto propagation =
        plan.slave.value_or(false) ? Propagation::kAsItIs : Propagation::kPrivate;
    TRY_CONTEXT(set_attributes(volume.mount.get(), attributes, recursive, userns, propagation),
                "volume source \"{}\"", plan.source);
    return volume;
}

Result<VolumeSource> volume_source(const plan::PodPlan& pod, const MountPlan& plan,
                                   MountIdMaps& maps) {
    VolumeSource volume;
    if (plan.kind == MountPlan::Kind::kDevice)
        volume.kind = TargetKind::kFile;
    else if (plan.kind != MountPlan::Kind::kMemory)
        volume = TRY(host_source(pod, plan, maps));
    volume.plan = &plan;
    return volume;
}

Result<AppSources> app_sources(const plan::PodPlan& pod, const plan::AppPlan& app,
                               MountIdMaps& maps) {
    AppSources sources;
    const int foreign = TRY(maps.descriptor(foreign_map(pod)));
    for (const auto& tree : app.trees)
        sources.trees.push_back(TRY(clone_own(tree, MOUNT_ATTR_RDONLY, foreign)));
    if (sources.trees.empty()) return Error{ErrorCode::kCorrupt, "its image has no tree"};
    sources.upper = TRY(clone_own(app.upper, MOUNT_ATTR_NODEV, foreign));
    for (const auto& mount : app.mounts)
        sources.volumes.push_back(TRY(volume_source(pod, mount, maps)));
    return sources;
}

// A node is what its numbers say, not what its name says.
Result<DeviceSource> device_source(int dev_fd, const Node& node) {
    auto mount = TRY(clone_mount(dev_fd, node.source, Recursive::kNo));
    struct stat st{};
    if (::fstat(mount.get(), &st) < 0) return errno_error("looking at a device", errno);
    if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(node.major, node.minor))
        return Error{ErrorCode::kDenied,
                     fmt::format("the host's /dev/{} is not character device {}:{}", node.source,
                                 node.major, node.minor)};
    TRY(set_attributes(mount.get(), MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, Recursive::kNo));
    return DeviceSource{node.name, std::move(mount)};
}

// The numbers are those that stage0 looked at. A super block of the pod's own would open no device.
Result<> make_node(int nodes_fd, const std::string& name, const plan::PodPlan& pod,
                   const MountPlan& plan) {
    const auto mode = plan.mode.value_or(0);
    const auto owner = plan.read_only ? 0 : pod.uid_base + plan.owner_uid;
    const auto group = plan.read_only ? 0 : pod.uid_base + plan.owner_gid;
    if (::mknodat(nodes_fd, name.c_str(), mode, plan.device.value_or(0)) < 0 ||
        ::fchownat(nodes_fd, name.c_str(), owner, group, AT_SYMLINK_NOFOLLOW) < 0 ||
        ::fchmodat(nodes_fd, name.c_str(), mode & 0777U, 0) < 0)
        return errno_error(fmt::format("making device \"{}\"", plan.source), errno);
    return {};
}

Result<> make_nodes(const plan::PodPlan& pod, HostSources& sources) {
    int number = 0;
    for (auto& app : sources.apps)
        for (auto& volume : app.volumes) {
            if (volume.plan->kind != MountPlan::Kind::kDevice) continue;
            if (!sources.nodes)
                sources.nodes = TRY(new_mount("tmpfs", {{"mode", "0755"}, {"size", "4k"}},
                                              MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
            volume.node = fmt::format("{}", number++);
            TRY(make_node(sources.nodes.get(), volume.node, pod, *volume.plan));
        }
    return {};
}

}  // namespace

Result<HostSources> open_sources(const plan::PodPlan& pod, const std::vector<plan::AppPlan>& apps,
                                 MountIdMaps& maps) {
    HostSources sources;
    for (const auto& app : apps)
        sources.apps.push_back(TRY_CONTEXT(app_sources(pod, app, maps), "app \"{}\"", app.name));
    const auto dev = TRY(base::open_path("/dev", O_PATH | O_DIRECTORY));
    for (const auto& node : kNodes)
        sources.devices.push_back(TRY(device_source(dev.get(), node)));
    TRY(make_nodes(pod, sources));
    sources.files.resolv_conf = TRY(resolv_conf_of(pod));
    sources.files.hosts = TRY(hosts_of(pod));
    if (pod.localtime)
        sources.files.localtime =
            TRY_CONTEXT(base::read_file(*pod.localtime, kMaxHostFile), "time zone");
    return sources;
}

}  // namespace podd::stage1
