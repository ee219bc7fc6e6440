// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod_mounts.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "mount_api.h"
#include "parallel.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::uint64_t kQuiet = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV;
constexpr mode_t kFileMode = 0644;

// Layers go by short names relative to the working directory: the kernel takes one page of options,
// and images have up to 127 layers.
std::string overlay_options(std::size_t layers) {
    std::string lower;
    for (std::size_t i = layers; i-- > 0;)
        lower += fmt::format("{}{}", i, i == 0 ? "" : ":");
    // volatile: what a pod writes to its root goes away with it, so nothing is worth a flush of the
    // whole disk when it ends.
    return fmt::format("lowerdir={},upperdir=u/upper,workdir=u/work,userxattr,volatile", lower);
}

// mount(2) in a mount namespace of the pod's own: before 6.15 no overlay takes detached layers, and
// before 6.7 fsconfig(2) takes no longer list than 256 bytes.
Result<> mount_overlay(std::size_t app, std::size_t layers) {
    if (::chdir(fmt::format("/{}/{}", kLayers, app).c_str()) < 0)
        return errno_error("entering the folder of layers", errno);
    const auto options = overlay_options(layers);
    if (::mount("overlay", "m", "overlay", MS_NODEV, options.c_str()) < 0)
        return errno_error("mounting the overlay of layers", errno);
    return {};
}

Result<PodMounts::App> app_mounts() {
    PodMounts::App mounts;
    mounts.dev = TRY(new_mount("tmpfs", {{"mode", "0755"}, {"size", "4m"}, {"nr_inodes", "4096"}},
                               MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
    mounts.pts = TRY(new_mount("devpts", {{"mode", "0620"}, {"gid", "5"}, {"ptmxmode", "0666"}},
                               MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC));
    return mounts;
}

Result<> write_file(int dir_fd, const char* name, const std::string& text, mode_t mode) {
    const auto fd = TRY(base::open_at(dir_fd, name, O_WRONLY | O_CREAT | O_EXCL, mode));
    TRY(base::write_all(fd.get(), text));
    if (::fchmod(fd.get(), mode) < 0) return errno_error("setting a mode", errno);
    return {};
}

// Source of machine-id: machine-id(5), a UUID without dashes.
Result<UniqueFd> files(const LeaderSpec& spec) {
    auto mount = TRY(new_mount("tmpfs", {{"mode", "0755"}, {"size", "1m"}, {"nr_inodes", "16"}},
                               kQuiet | MOUNT_ATTR_NOEXEC));
    const auto& pod = spec.pod;
    auto machine_id = pod.uuid;
    machine_id.erase(std::remove(machine_id.begin(), machine_id.end(), '-'), machine_id.end());
    TRY(write_file(mount.get(), "machine-id", machine_id + "\n", 0444));
    TRY(write_file(mount.get(), "hostname", pod.hostname + "\n", kFileMode));
    const auto& host = spec.files;
    TRY(write_file(mount.get(), "hosts", host.hosts, kFileMode));
    if (!host.resolv_conf.empty())
        TRY(write_file(mount.get(), "resolv.conf", host.resolv_conf, kFileMode));
    if (!host.localtime.empty())
        TRY(write_file(mount.get(), "localtime", host.localtime, kFileMode));
    return mount;
}

// An inode for each page: whoever makes empty files meets a limit as well.
Result<UniqueFd> memory_volume(const plan::MountPlan& plan) {
    constexpr std::uint64_t kPage = 4096;
    constexpr std::uint64_t kFewInodes = 64;
    const auto size = plan.size.value_or(kPage);
    return new_mount("tmpfs",
                     {{"mode", fmt::format("{:o}", plan.mode.value_or(0))},
                      {"uid", fmt::format("{}", plan.owner_uid)},
                      {"gid", fmt::format("{}", plan.owner_gid)},
                      {"size", fmt::format("{}", size)},
                      {"nr_inodes", fmt::format("{}", std::max(size / kPage, kFewInodes))}},
                     kQuiet);
}

Result<> own_mount_namespace() {
    ::umask(0);
    if (::unshare(CLONE_NEWNS) < 0) return errno_error("making a mount namespace", errno);
    return {};
}

}  // namespace

std::vector<const plan::MountPlan*> memory_volumes(const std::vector<plan::AppPlan>& apps) {
    std::vector<const plan::MountPlan*> volumes;
    for (const auto& app : apps)
        for (const auto& mount : app.mounts)
            if (mount.kind == plan::MountPlan::Kind::kMemory &&
                std::none_of(volumes.begin(), volumes.end(),
                             [&](const auto* other) { return other->source == mount.source; }))
                volumes.push_back(&mount);
    return volumes;
}

Result<std::vector<UniqueFd>> make_overlays(const LeaderSpec& spec) {
    TRY(own_mount_namespace());
    TRY(for_each_in_parallel(spec.apps.size(), [&](std::size_t i) -> Result<> {
        const auto& app = spec.apps[i];
        TRY_CONTEXT(mount_overlay(i, app.trees.size()), "app \"{}\"", app.name);
        return {};
    }));
    std::vector<UniqueFd> overlays;
    overlays.reserve(spec.apps.size());
    for (std::size_t i = 0; i < spec.apps.size(); ++i)
        overlays.push_back(
            TRY(clone_mount(AT_FDCWD, fmt::format("/{}/{}/m", kLayers, i), Recursive::kNo)));
    for (const auto* volume : memory_volumes(spec.apps))
        overlays.push_back(TRY_CONTEXT(memory_volume(*volume), "volume \"{}\"", volume->source));
    return overlays;
}

Result<PodMounts> make_pod_mounts(const LeaderSpec& spec) {
    TRY(own_mount_namespace());
    PodMounts mounts;
    for (std::size_t i = 0; i < spec.apps.size(); ++i)
        mounts.apps.push_back(TRY(app_mounts()));
    mounts.shm = TRY(new_mount("tmpfs", {{"mode", "1777"}}, kQuiet));
    mounts.mqueue = TRY(new_mount("mqueue", {}, kQuiet | MOUNT_ATTR_NOEXEC));
    mounts.files = TRY(files(spec));
    return mounts;
}

Result<> replace_file(int files, const char* name, const std::string& text) {
    const auto fd =
        TRY(base::open_at(files, name, O_WRONLY | O_TRUNC, 0, base::Resolve::kNoSymlinks));
    return base::write_all(fd.get(), text);
}

Result<> send_overlays(int socket, const std::vector<UniqueFd>& overlays) {
    std::vector<int> fds;
    fds.reserve(overlays.size());
    for (const auto& overlay : overlays)
        fds.push_back(overlay.get());
    return send_fds(socket, fds);
}

Result<> receive_overlays(int socket, const LeaderSpec& spec, PodMounts& mounts) {
    const auto memory = memory_volumes(spec.apps).size();
    auto overlays = TRY(receive_fds(socket, mounts.apps.size() + memory));
    auto next = overlays.begin();
    for (auto& app : mounts.apps)
        app.root = std::move(*next++);
    mounts.memory.assign(std::move_iterator{next}, std::move_iterator{overlays.end()});
    return {};
}

// Both walk the mounts in one order.
Result<> send_pod_mounts(int socket, const PodMounts& mounts) {
    std::vector<int> fds{mounts.shm.get(), mounts.mqueue.get(), mounts.files.get()};
    for (const auto& app : mounts.apps)
        fds.insert(fds.end(), {app.root.get(), app.dev.get(), app.pts.get()});
    for (const auto& volume : mounts.memory)
        fds.push_back(volume.get());
    return send_fds(socket, fds);
}

Result<PodMounts> receive_pod_mounts(int socket, const std::vector<plan::AppPlan>& apps) {
    auto fds = TRY(receive_fds(socket, 3 + 3 * apps.size() + memory_volumes(apps).size()));
    auto next = fds.begin();
    PodMounts mounts;
    mounts.shm = std::move(*next++);
    mounts.mqueue = std::move(*next++);
    mounts.files = std::move(*next++);
    for (std::size_t i = 0; i < apps.size(); ++i) {
        auto& app = mounts.apps.emplace_back();
        app.root = std::move(*next++);
        app.dev = std::move(*next++);
        app.pts = std::move(*next++);
    }
    mounts.memory.assign(std::move_iterator{next}, std::move_iterator{fds.end()});
    return mounts;
}

}  // namespace podd::stage1
