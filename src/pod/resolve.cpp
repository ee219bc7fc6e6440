// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/resolve.h"

#include <algorithm>

#include <fmt/format.h>

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

const schema::Volume* find_volume(const schema::PodManifest& pod, const schema::AcName& name) {
    const auto hit =
        std::find_if(pod.volumes.begin(), pod.volumes.end(),
                     [&](const schema::Volume& volume) { return volume.name == name; });
    return hit == pod.volumes.end() ? nullptr : &*hit;
}

const schema::MountPoint* mount_point_at(const schema::App& app, std::string_view path) {
    const auto hit =
        std::find_if(app.mount_points.begin(), app.mount_points.end(),
                     [&](const schema::MountPoint& point) { return point.path == path; });
    return hit == app.mount_points.end() ? nullptr : &*hit;
}

bool is_mounted(const ResolvedApp& resolved, std::string_view target) {
    return std::any_of(resolved.mounts.begin(), resolved.mounts.end(),
                       [&](const ResolvedMount& mount) { return mount.target == target; });
}

// A volume's own readOnly wins over the mount point's, as rkt did.
bool read_only(const schema::Volume& volume, const schema::MountPoint* point) {
    return volume.read_only.value_or(point != nullptr && point->read_only);
}

Result<> add_asked_mounts(const schema::PodManifest& pod, const schema::RuntimeApp& runtime,
                          const schema::App& app, ResolvedApp& resolved) {
    for (const auto& mount : runtime.mounts) {
        const auto* volume = mount.app_volume ? &*mount.app_volume : find_volume(pod, mount.volume);
        if (volume == nullptr)
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("mount at \"{}\": no volume \"{}\" in the pod", mount.path,
                                     mount.volume.str())};
        resolved.mounts.push_back(
            {*volume, mount.path, read_only(*volume, mount_point_at(app, mount.path)), false});
    }
    return {};
}

void add_mount_points(const schema::PodManifest& pod, const schema::App& app, store::ImageKind kind,
                      ResolvedApp& resolved) {
    for (const auto& point : app.mount_points) {
        if (is_mounted(resolved, point.path)) continue;
        if (const auto* volume = find_volume(pod, point.name)) {
            resolved.mounts.push_back({*volume, point.path, read_only(*volume, &point), false});
            continue;
        }
        // An OCI volume starts with what the image holds there, and the app's own root is just
        // that: private, writable, gone with the pod.
        if (kind == store::ImageKind::kOci) continue;
        resolved.warnings.push_back(
            fmt::format("mount point \"{}\" at \"{}\" has no volume; an empty one is used",
                        point.name.str(), point.path));
        schema::Volume empty{.name = point.name,
                             .kind = schema::Volume::Kind::kEmpty,
                             .read_only = {},
                             .source = {},
                             .recursive = {},
                             .idmap = {}};
        resolved.mounts.push_back({std::move(empty), point.path, point.read_only, true});
    }
}

Result<> order_mounts(std::vector<ResolvedMount>& mounts) {
    // By text, a folder stands before what lies in it; "/" never is a target (schema).
    std::sort(mounts.begin(), mounts.end(),
              [](const auto& a, const auto& b) { return a.target < b.target; });
    const auto twice =
        std::adjacent_find(mounts.begin(), mounts.end(),
                           [](const auto& a, const auto& b) { return a.target == b.target; });
    if (twice != mounts.end())
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("two volumes are mounted at \"{}\"", twice->target)};
    return {};
}

struct IsolatorSink {
    ResolvedApp& resolved;
    std::string_view name;

    void operator()(const schema::ResourceIsolator&) const {}  // unit settings: translate/
    void operator()(const schema::CpuSharesIsolator&) const {}
    void operator()(const schema::UnitIsolator&) const {}
    void operator()(const schema::CapabilitiesIsolator& value) const {
        resolved.capabilities = value;
    }
    void operator()(const schema::SeccompIsolator& value) const { resolved.seccomp = value; }
    void operator()(const schema::NoNewPrivilegesIsolator& value) const {
        resolved.no_new_privileges = value.value;
    }
    void operator()(const schema::SelinuxIsolator& value) const { resolved.selinux = value; }
    void operator()(const schema::ApparmorIsolator& value) const { resolved.apparmor = value; }
    void operator()(const schema::OomScoreAdjIsolator& value) const {
        resolved.oom_score_adj = value.value;
    }
    void operator()(const schema::SysctlIsolator&) const {
        ignored("it belongs to the pod, not to an app");
    }
    void operator()(const schema::UnknownIsolator&) const { ignored("podd does not know it"); }

private:
    void ignored(std::string_view why) const {
        resolved.without_effect.push_back(fmt::format("isolator {} has no effect: {}", name, why));
    }
};

Result<> add_isolators(const schema::PodManifest& pod, const schema::App& app,
                       ResolvedApp& resolved) {
    // Labels of the pod hold for an app that has none of its own; every other pod isolator is a
    // unit's setting.
    for (const auto& isolator : pod.isolators) {
        const auto value = TRY(schema::isolator_value(isolator));
        if (const auto* label = std::get_if<schema::SelinuxIsolator>(&value))
            resolved.selinux = *label;
        if (const auto* profile = std::get_if<schema::ApparmorIsolator>(&value))
            resolved.apparmor = *profile;
    }
    for (const auto& isolator : app.isolators)
        std::visit(IsolatorSink{resolved, isolator.name.str()},
                   TRY(schema::isolator_value(isolator)));
    return {};
}

void add_handlers(const schema::App& app, ResolvedApp& resolved) {
    for (const auto& handler : app.event_handlers)
        (handler.name == schema::EventHandler::Name::kPreStart ? resolved.pre_start
                                                               : resolved.post_stop) = handler.exec;
}

// As in "docker run IMAGE ARGUMENT...": the entry point stays, the default arguments go. An ACI has
// none of these.
Result<std::vector<std::string>> argv_of(const schema::RuntimeApp& runtime, const schema::App& app,
                                         const store::ImageRecord& image) {
    auto argv = app.exec;
    if (!runtime.args) return argv;
    if (image.kind == store::ImageKind::kOci && !image.default_arguments)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"args\": image \"{}\" was imported by a podd that did not note "
                                 "which its default arguments are; import it once more",
                                 image.manifest.name.str())};
    argv.resize(argv.size() - std::min(argv.size(), image.default_arguments.value_or(0)));
    argv.insert(argv.end(), runtime.args->begin(), runtime.args->end());
    return argv;
}

// The pod's word wins over the image's, setting by setting.
schema::AppSettings merge(const schema::AppSettings& pod, const schema::AppSettings& image) {
    auto merged = pod;
    if (!merged.stop_signal) merged.stop_signal = image.stop_signal;
    if (!merged.stop_timeout_usec) merged.stop_timeout_usec = image.stop_timeout_usec;
    if (!merged.stdio_links) merged.stdio_links = image.stdio_links;
    if (!merged.supports_notify) merged.supports_notify = image.supports_notify;
    return merged;
}

// Of the manifest's own mounts that is known already; of the image's mount points only here.
Result<> check_proc(const ResolvedApp& app) {
    for (const auto& mount : app.mounts)
        if (app.settings.private_pids &&
            (mount.target == "/proc" || mount.target.starts_with("/proc/")))
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("volume \"{}\" at \"{}\": with \"{}\", /proc is the app's own",
                                     mount.volume.name.str(), mount.target, schema::kPrivatePids)};
    return {};
}

}  // namespace

Result<ResolvedApp> resolve(const schema::PodManifest& pod, const schema::RuntimeApp& runtime,
                            const store::ImageRecord& image) {
    const auto& app = runtime.app ? runtime.app : image.manifest.app;
    if (!app)
        return Error{
            ErrorCode::kInvalidArgument,
            fmt::format(
                "image \"{}\" says nothing about what to run; give the app an \"app\" member",
                image.manifest.name.str())};
    ResolvedApp resolved;
    resolved.name = runtime.name.str();
    resolved.argv = TRY(argv_of(runtime, *app, image));
    if (resolved.argv.empty() || resolved.argv.front().empty())
        return Error{
            ErrorCode::kInvalidArgument,
            fmt::format(
                "nothing to execute: \"exec\" of image \"{}\" is empty; give the app an \"app\" "
                "member with \"exec\"",
                image.manifest.name.str())};
    add_handlers(*app, resolved);
    for (const auto& variable : app->environment)
        resolved.environment.emplace_back(variable.name, variable.value);
    resolved.user = app->user;
    resolved.group = app->group;
    const auto& notes = image.manifest.annotations;
    if (!runtime.app) {  // these speak of the image's own app object
        resolved.group_from_user = schema::annotation(notes, schema::kGroupFromUser) == "true";
        resolved.make_working_directory =
            schema::annotation(notes, schema::kMakeWorkingDirectory) == "true";
    }
    resolved.supplementary_gids = app->supplementary_gids;
    resolved.working_directory = app->working_directory.empty() ? "/" : app->working_directory;
    resolved.read_only_root = runtime.read_only_root_fs;
    resolved.settings =
        merge(TRY(schema::app_settings(runtime)), TRY(schema::image_settings(notes)));
    TRY(add_asked_mounts(pod, runtime, *app, resolved));
    add_mount_points(pod, *app, image.kind, resolved);
    TRY(order_mounts(resolved.mounts));
    TRY(check_proc(resolved));
    TRY(add_isolators(pod, *app, resolved));
    return resolved;
}

}  // namespace podd::pod
