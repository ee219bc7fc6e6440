// SPDX-License-Identifier: LGPL-2.1-or-later
#include "app_root.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/securebits.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "kernel_trees.h"
#include "mount_api.h"
#include "parallel.h"
#include "pod_mounts.h"
#include "shared_mount.h"
#include "targets.h"

namespace podd::stage1 {

using base::errno_error;
using base::Resolve;
using base::Result;
using base::UniqueFd;

namespace {

// machined reads it from the root it sees; nothing there may keep it waiting or fill its memory.
constexpr off_t kMaxOsRelease = 65536;

struct SharedMounts {
    KernelTrees kernel;
    SharedMount shm;
    SharedMount mqueue;
    UniqueFd files;                                        // attached
    std::vector<std::pair<std::string, UniqueFd>> memory;  // by the volumes' names, attached
    UniqueFd nodes;  // attached; none where no volume is a device
    std::vector<SharedMount> devices;
};

// What is made in an app's root belongs to the pod's root, by its id on the host. Capabilities
// stay: a read-only directory of the image is no obstacle.
Result<> make_files_as_pod_root(std::uint32_t uid_base) {
    if (::prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP) < 0)
        return errno_error("keeping capabilities", errno);
    (void)::setfsgid(uid_base);
    (void)::setfsuid(uid_base);
    // Neither says whether it did it; asked for an id that cannot be, both say what they have.
    constexpr auto kNoId = static_cast<uid_t>(-1);
    if (static_cast<gid_t>(::setfsgid(kNoId)) != uid_base ||
        static_cast<uid_t>(::setfsuid(kNoId)) != uid_base)
        return base::Error{base::ErrorCode::kDenied, "the pod's root cannot own files"};
    ::umask(0);
    return {};
}

Result<> link_at(int dir_fd, const char* target, const char* name) {
    if (::symlinkat(target, dir_fd, name) < 0)
        return errno_error(fmt::format("linking /dev/{}", name), errno);
    return {};
}

Result<> build_dev(int root_fd, PodMounts::App& app, PodTree& tree, SharedMounts& shared) {
    const auto dev_target = TRY(own_directory(root_fd, "dev"));
    TRY(attach(app.dev.get(), dev_target.get()));
    const int dev = app.dev.get();
    for (std::size_t i = 0; i < shared.devices.size(); ++i)
        TRY(shared.devices[i].place(TRY(own_file(dev, tree.sources.devices[i].name)).get()));
    TRY(attach(app.pts.get(), TRY(own_directory(dev, "pts")).get()));
    TRY(shared.shm.place(TRY(own_directory(dev, "shm")).get()));
    TRY(shared.mqueue.place(TRY(own_directory(dev, "mqueue")).get()));
    TRY(link_at(dev, "pts/ptmx", "ptmx"));
    TRY(link_at(dev, "/proc/self/fd", "fd"));
    TRY(link_at(dev, "/proc/self/fd/0", "stdin"));
    TRY(link_at(dev, "/proc/self/fd/1", "stdout"));
    return link_at(dev, "/proc/self/fd/2", "stderr");
}

Result<bool> is_empty_or_missing(int dir_fd, const char* name) {
    struct stat st{};
    if (::fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno == ENOENT) return true;
        return errno_error(fmt::format("looking at \"/etc/{}\"", name), errno);
    }
    return S_ISREG(st.st_mode) && st.st_size == 0;
}

// Source: appc spec 0.8.11, OS-SPEC "Linux": an image's own /etc/hosts stays as it is. What the
// manifest says takes its place.
Result<std::vector<std::string>> etc_files(int etc_fd, const PodTree& tree) {
    const auto& host = tree.sources.files;
    std::vector<std::string> names{"hostname", "machine-id"};
    if (tree.pod.hosts || TRY(is_empty_or_missing(etc_fd, "hosts"))) names.emplace_back("hosts");
    if (!host.resolv_conf.empty()) names.emplace_back("resolv.conf");
    if (!host.localtime.empty()) names.emplace_back("localtime");
    return names;
}

Result<> build_etc(int root_fd, const PodTree& tree, const SharedMounts& shared) {
    const auto etc = TRY(volume_target(root_fd, "/etc", TargetKind::kDirectory));
    const auto names = TRY(etc_files(etc.get(), tree));
    const auto targets = TRY_CONTEXT(own_files(etc.get(), names), "in \"/etc\"");
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto mount = TRY(clone_mount(shared.files.get(), names[i], Recursive::kNo));
        TRY(attach(mount.get(), targets[i].get()));
    }
    if (::symlinkat("../proc/self/mounts", etc.get(), "mtab") < 0 && errno != EEXIST)
        return errno_error("linking \"/etc/mtab\"", errno);
    return {};
}

// Whatever the image has there, a link included, stays as it is.
Result<> make_missing_directory(int root_fd, const char* name, mode_t mode) {
    if (::mkdirat(root_fd, name, mode) < 0 && errno != EEXIST)
        return errno_error(fmt::format("making \"/{}\"", name), errno);
    return {};
}

Result<> bound_os_release(int root_fd, const KernelTrees& kernel) {
    for (const char* path : {"/etc/os-release", "/usr/lib/os-release"}) {
        const auto fd = base::open_at(root_fd, path, O_PATH, 0, Resolve::kInRoot);
        struct stat st{};
        if (!fd || ::fstat(fd->get(), &st) < 0) continue;
        if (S_ISREG(st.st_mode) && st.st_size <= kMaxOsRelease) continue;
        TRY_CONTEXT(kernel.hide(fd->get(), S_ISDIR(st.st_mode)), "covering \"{}\"", path);
    }
    return {};
}

// Copies, as each app may have it read-only or not.
Result<UniqueFd> copy_of_memory(const SharedMounts& shared, const plan::MountPlan& plan) {
    const auto found =
        std::find_if(shared.memory.begin(), shared.memory.end(),
                     [&](const auto& volume) { return volume.first == plan.source; });
    if (found == shared.memory.end())
        return base::Error{base::ErrorCode::kInternal, "no such volume in memory"};
    auto copy = TRY(clone_mount(found->second.get(), "", Recursive::kNo));
    if (plan.read_only) TRY(set_attributes(copy.get(), MOUNT_ATTR_RDONLY, Recursive::kNo));
    return copy;
}

// Read-only: its owner and mode stay. What is written to the device is no matter of the mount's.
Result<UniqueFd> device_node(const SharedMounts& shared, const std::string& name) {
    auto node = TRY(clone_mount(shared.nodes.get(), name, Recursive::kNo));
    TRY(set_attributes(node.get(), MOUNT_ATTR_RDONLY, Recursive::kNo));
    return node;
}

Result<> place_volume(int root_fd, VolumeSource& volume, const SharedMounts& shared) {
    if (!volume.mount)
        volume.mount = TRY(volume.node.empty() ? copy_of_memory(shared, *volume.plan)
                                               : device_node(shared, volume.node));
    const auto target = TRY(volume_target(root_fd, volume.plan->target, volume.kind));
    return attach(volume.mount.get(), target.get());
}

// What every app gets. It lies in the app's own root alone.
Result<> build_own_part(int root_fd, std::size_t number, PodTree& tree, SharedMounts& shared) {
    TRY(build_dev(root_fd, tree.mounts.apps[number], tree, shared));
    TRY(shared.kernel.place(TRY(own_directory(root_fd, "proc")).get(),
                            TRY(own_directory(root_fd, "sys")).get()));
    TRY(build_etc(root_fd, tree, shared));
    TRY(make_missing_directory(root_fd, "run", 0755));
    return make_missing_directory(root_fd, "tmp", 01777);
}

// What the app asks for. Volumes are shared: places that are missing in one are made for one app
// after the other.
Result<> build_wanted_part(int root_fd, std::size_t number, PodTree& tree, SharedMounts& shared) {
    const auto& app = tree.apps[number];
    for (auto& volume : tree.sources.apps[number].volumes)
        TRY_CONTEXT(place_volume(root_fd, volume, shared), "volume at \"{}\"", volume.plan->target);
    if (app.make_working_directory)
        (void)TRY_CONTEXT(volume_target(root_fd, app.working_directory, TargetKind::kDirectory),
                          "working directory");
    TRY(bound_os_release(root_fd, shared.kernel));
    if (app.read_only_root)
        TRY(set_attributes(tree.mounts.apps[number].root.get(), MOUNT_ATTR_RDONLY, Recursive::kNo));
    return {};
}

Result<SharedMounts> prepare_shared(PodTree& tree, int scratch) {
    auto kernel = TRY(KernelTrees::make(scratch, tree.pod.hide_processes));
    SharedMounts shared{std::move(kernel),
                        SharedMount{std::move(tree.mounts.shm)},
                        SharedMount{std::move(tree.mounts.mqueue)},
                        std::move(tree.mounts.files),
                        {},
                        std::move(tree.sources.nodes),
                        {}};
    TRY(attach(shared.files.get(), TRY(own_directory(scratch, "files")).get()));
    if (shared.nodes) TRY(attach(shared.nodes.get(), TRY(own_directory(scratch, "nodes")).get()));
    for (const auto* volume : memory_volumes(tree.apps)) {
        auto& mount = tree.mounts.memory.at(shared.memory.size());
        const auto place = TRY(own_directory(scratch, "memory." + volume->source));
        TRY(attach(mount.get(), place.get()));
        shared.memory.emplace_back(volume->source, std::move(mount));
    }
    for (auto& device : tree.sources.devices)
        shared.devices.emplace_back(std::move(device.mount));
    return shared;
}

// Returns the root of app `number`: "root" itself or a folder in it.
Result<UniqueFd> attach_app_root(int root_fd, std::size_t number, PodTree& tree) {
    const auto& mount = tree.mounts.apps[number].root;
    const auto target =
        TRY(tree.apps.size() == 1 ? base::open_at(root_fd, ".", O_PATH | O_DIRECTORY)
                                  : own_directory(root_fd, tree.apps[number].name));
    TRY(attach(mount.get(), target.get()));
    return base::open_at(mount.get(), ".", O_PATH | O_DIRECTORY);
}

}  // namespace

Result<> build_pod_tree(PodTree tree) {
    const auto scratch = TRY(base::open_path("/", O_PATH | O_DIRECTORY));
    auto shared = TRY(prepare_shared(tree, scratch.get()));
    const auto root_target = TRY(own_directory(scratch.get(), "root"));
    auto root = TRY(new_mount("tmpfs", {{"mode", "0755"}, {"size", "64k"}},
                              MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV));
    TRY(attach(root.get(), root_target.get()));
    std::vector<UniqueFd> roots;
    roots.reserve(tree.apps.size());
    for (std::size_t i = 0; i < tree.apps.size(); ++i)
        roots.push_back(TRY(attach_app_root(root.get(), i, tree)));
    TRY(make_files_as_pod_root(tree.pod.uid_base));
    const auto build = [&](std::size_t i, auto part) -> Result<> {
        TRY_CONTEXT(part(roots[i].get(), i, tree, shared), "app \"{}\"", tree.apps[i].name);
        return {};
    };
    // The first app takes the original of each mount that all have, before others are copied.
    TRY(build(0, build_own_part));
    TRY(for_each_in_parallel(roots.size() - 1,
                             [&](std::size_t i) { return build(i + 1, build_own_part); }));
    for (std::size_t i = 0; i < roots.size(); ++i)
        TRY(build(i, build_wanted_part));
    TRY(set_attributes(root.get(), MOUNT_ATTR_RDONLY, Recursive::kNo));
    return switch_root(tree.apps.size() == 1 ? roots.front().get() : root.get());
}

}  // namespace podd::stage1
