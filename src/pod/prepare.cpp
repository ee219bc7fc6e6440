// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/prepare.h"

#include <cerrno>
#include <csignal>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "pod/app_image.h"
#include "pod/attachments.h"
#include "pod/confinement.h"
#include "pod/enforcement.h"
#include "pod/environment.h"
#include "pod/health.h"
#include "pod/hidden_files.h"
#include "pod/identity.h"
#include "pod/layered_root.h"
#include "pod/limits.h"
#include "pod/metadata.h"
#include "pod/named_networks.h"
#include "pod/network.h"
#include "pod/port_claim.h"
#include "pod/resolve.h"
#include "pod/timezone.h"
#include "pod/volumes.h"
#include "schema/bandwidth.h"
#include "schema/sysctl.h"
#include "store/acceptance.h"
#include "store/reader.h"
#include "unit/names.h"

namespace podd::pod {

using base::Result;
using base::UniqueFd;

namespace {

// Folders of one run, open, and where they are.
struct StateDir {
    std::string path;
    UniqueFd fd;
    UniqueFd apps;
    UniqueFd volumes;
};

Result<std::string> new_uuid() {
    auto text = TRY(base::read_file("/proc/sys/kernel/random/uuid", 64));
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

Result<StateDir> make_state_dir(const std::string& uuid) {
    StateDir state;
    const auto pods = fmt::format("{}/pods", store::kStoreDir);
    state.path = fmt::format("{}/{}", pods, uuid);
    const auto parent = TRY(base::open_path(pods, O_RDONLY | O_DIRECTORY));
    state.fd = TRY(base::open_or_make_dir(parent.get(), uuid, 0700));
    state.apps = TRY(base::open_or_make_dir(state.fd.get(), "apps", 0700));
    state.volumes = TRY(base::open_or_make_dir(state.fd.get(), "volumes", 0700));
    return state;
}

// An earlier run leaves something where its ExecStopPost= was killed.
Result<UniqueFd> make_run_dir(const std::string& pod) {
    TRY_CONTEXT(plan::remove_leftovers(pod), "cleaning up after its last run");
    const auto parent = TRY(base::open_path(std::string{plan::kRunDir}, O_RDONLY | O_DIRECTORY));
    return base::open_or_make_dir(parent.get(), pod, 0700);
}

// Overlay's upper folder gives the root its owner and mode, so they are copied from the highest
// layer.
Result<> make_upper(const StateDir& state, const std::string& app, const UniqueFd& highest) {
    struct stat root{};
    if (::fstat(highest.get(), &root) < 0)
        return base::errno_error("looking at the image's root", errno);
    const auto dir = TRY(base::open_or_make_dir(state.apps.get(), app, 0700));
    // The overlay is mounted by the pod's root, who has to get through.
    if (::fchown(dir.get(), plan::kForeignBase, plan::kForeignBase) < 0)
        return base::errno_error(fmt::format("setting the owner of \"{}\"", app), errno);
    for (const char* name : {"upper", "work"}) {
        const auto fd = TRY(base::open_or_make_dir(dir.get(), name, 0700));
        if (::fchown(fd.get(), root.st_uid, root.st_gid) < 0 ||
            ::fchmod(fd.get(), root.st_mode & 07777U) < 0)
            return base::errno_error(fmt::format("setting owner and mode of \"{}\"", name), errno);
    }
    return {};
}

// A script may say ">/dev/stderr", and images with scripts are those that link their logs there.
// What has no shell is spared the helper.
Result<bool> wants_stdio_links(const ResolvedApp& app, const LayeredRoot& root) {
    if (app.settings.stdio_links) return *app.settings.stdio_links;
    const auto shell = TRY(root.owner("/bin/sh"));
    return shell.has_value();
}

Result<> add_mounts(plan::AppPlan& plan, ResolvedApp& app, const Identity& owner,
                    const std::vector<translate::Device>& allowed, const LayeredRoot& root,
                    const StateDir& state) {
    for (auto& mount : app.mounts) {
        if (mount.volume.kind == schema::Volume::Kind::kHost)
            plan.mounts.push_back(TRY(plan_host_volume(mount, owner, allowed)));
        else if (mount.volume.medium == schema::VolumeMedium::kMemory)
            plan.mounts.push_back(TRY(plan_memory_volume(mount)));
        else
            plan.mounts.push_back(TRY(plan_empty_volume(mount, app.name, root, state.volumes.get(),
                                                        state.path + "/volumes")));
    }
    return {};
}

struct Preparation {
    const translate::Pod& pod;
    const store::Reader& store;
    const StateDir& state;
    int run_dir;
    bool best_effort;                    // of apps that do not say themselves
    std::string_view no_bandwidth;       // of apps, and the next: see LimitScope
    std::string_view no_bandwidth_here;  //
    PodNeeds needs;
    Enforcement& enforcement;
    plan::PodPlan& plan;
    std::vector<std::string>& warnings;
    std::vector<std::string>& without_effect;
    std::optional<Metadata>& metadata;
};

Result<> check_limits(const Preparation& to, const schema::RuntimeApp& runtime,
                      const store::ImageRecord& image) {
    const auto settings = TRY(schema::app_settings(runtime));
    const auto& app = runtime.app ? runtime.app : image.manifest.app;
    if (!app) return {};
    return to.enforcement.check(fmt::format("app {}", runtime.name.str()), app->isolators,
                                {translate::Scope::kApp, to.no_bandwidth, to.no_bandwidth_here},
                                settings.best_effort.value_or(to.best_effort));
}

// Of isolators that have no effect the user wants to know for as long as the pod runs.
Result<> note_isolators(int run_dir, const std::vector<std::string>& notes,
                        std::vector<std::string>& warnings) {
    if (notes.empty()) return {};
    warnings.insert(warnings.end(), notes.begin(), notes.end());
    return plan::note_without_effect(run_dir, notes);
}

Result<> prepare_app(const Preparation& to, const schema::RuntimeApp& runtime,
                     const store::ImageRecord& image) {
    TRY(store::check_accepted(to.store, image));
    TRY_CONTEXT(check_platform(image), "image \"{}\"", image.manifest.name.str());
    auto app = TRY(resolve(to.pod.manifest, runtime, image));
    TRY(check_limits(to, runtime, image));
    plan::AppPlan plan;
    auto layers = TRY(open_layers(to.store, image));
    TRY(make_upper(to.state, app.name, layers.front()));
    const LayeredRoot root{std::move(layers)};
    const auto identity = TRY(identify(app, root));
    for (const auto& tree : image.trees)
        plan.trees.push_back(to.store.tree_path(tree));

    to.store.note_use(image.id);
    plan.name = app.name;
    plan.unit = unit::app_name(to.pod.name.str(), app.name);
    plan.image_id = image.id;
    plan.argv = app.argv;
    plan.pre_start = app.pre_start;
    plan.post_stop = app.post_stop;
    plan.working_directory = app.working_directory;
    plan.make_working_directory = app.make_working_directory;
    plan.uid = identity.uid;
    plan.gid = identity.gid;
    plan.groups = identity.groups;
    plan.read_only_root = app.read_only_root;
    plan.upper = fmt::format("{}/apps/{}", to.state.path, app.name);
    plan.stdio_links = TRY(wants_stdio_links(app, root));
    plan.notify = app.settings.supports_notify.value_or(false);
    plan.private_pids = app.settings.private_pids;
    plan.sockets = sockets_of(to.pod.manifest, runtime.name);
    plan.stop_signal = app.settings.stop_signal.value_or(SIGTERM);
    plan.stop_timeout_usec = app.settings.stop_timeout_usec.value_or(plan::kDefaultStopTimeoutUsec);
    plan.limits = TRY(plan_limits(to.pod, runtime, image));
    plan.oom_score_adj = app.oom_score_adj;
    if (to.metadata) to.metadata->add(app, image);
    plan.environment = environment(app, identity, to.metadata);
    TRY(add_mounts(plan, app, identity, translate::devices(to.pod.manifest, runtime), root,
                   to.state));
    note_hidden_files(app, root);
    for (const auto& warning : app.warnings)
        to.warnings.push_back(fmt::format("app \"{}\": {}", app.name, warning));
    for (const auto& note : app.without_effect)
        to.without_effect.push_back(fmt::format("app {}: {}", app.name, note));
    TRY(confine(plan, app, to.needs, to.run_dir));
    TRY(plan_health(runtime, image, to.run_dir, to.warnings));
    TRY(base::write_file(to.run_dir, plan::app_file(app.name), plan::to_json(plan).str(), 0600));
    to.plan.limited = to.plan.limited || !plan.limits.empty();
    to.plan.refusals_logged = to.plan.refusals_logged || plan.refusals_logged;
    return {};
}

Result<std::vector<store::ImageRecord>> find_images(const store::Reader& store,
                                                    const schema::PodManifest& manifest) {
    std::vector<store::ImageRecord> images;
    images.reserve(manifest.apps.size());
    for (const auto& app : manifest.apps)
        images.push_back(TRY_CONTEXT(find_image(store, app), "app \"{}\"", app.name.str()));
    return images;
}

Result<> write_pod_plan(int run_dir, const plan::PodPlan& plan) {
    return base::write_file(run_dir, std::string{plan::kPodFile}, plan::to_json(plan).str(), 0600);
}

Result<plan::PodPlan> plan_of(const translate::Pod& pod, const schema::PodSettings& settings,
                              std::uint32_t uid_base) {
    const auto& name = pod.name.str();
    plan::PodPlan plan;
    plan.name = name;
    plan.uuid = TRY(new_uuid());
    plan.unit = unit::sandbox_name(name);
    plan.hostname = settings.hostname.empty() ? name : settings.hostname;
    plan.uid_base = uid_base;
    plan.hide_processes = settings.hide_processes;
    plan.network = network_of(settings.network);
    plan.network_access = access_of(settings.network_access);
    plan.dns = dns_of(settings.names);
    plan.hosts = hosts_of(settings.names);
    if (!settings.network_path.empty()) plan.network_path = settings.network_path;
    plan.sysctls = TRY(schema::pod_sysctls(pod.manifest));
    if (opens_low_ports(settings.network, plan.sysctls)) plan.low_ports = true;
    plan.state_dir = fmt::format("{}/pods/{}", store::kStoreDir, plan.uuid);
    if (!settings.timezone.empty()) plan.localtime = TRY(time_zone_file(settings.timezone));
    for (const auto& app : pod.manifest.apps)
        plan.apps.push_back(app.name.str());
    return plan;
}

// What the plan does not say itself of the pod's networks.
struct OfNetworks {
    std::optional<network::Attachments> of_plugins;
    std::string_view no_bandwidth;  // why nothing on this host holds the pod to a rate
};

Result<OfNetworks> plan_networks(plan::PodPlan& plan, const schema::PodManifest& manifest,
                                 const schema::PodSettings& settings,
                                 const std::vector<store::ImageRecord>& images,
                                 std::vector<std::string>& warnings) {
    auto ports = TRY(forwarded_ports(manifest, settings, images));
    const auto limit = TRY(bandwidth(manifest, settings, images));
    OfNetworks rest;
    rest.of_plugins = TRY(attachments(plan, settings, {ports, limit}, warnings));
    if (rest.of_plugins) {
        plan.named_networks = true;
        rest.no_bandwidth = no_bandwidth_of_plugins(settings, rest.of_plugins->list);
    }
    if (schema::has_link(settings.network)) {
        plan.ports = std::move(ports);
        plan.bandwidth = limit;
    }
    plan.proxied = proxied_ports(manifest);
    return rest;
}

}  // namespace

Result<Prepared> prepare(const translate::Pod& pod) {
    const auto& name = pod.name.str();
    const auto settings = TRY(schema::pod_settings(pod.manifest));
    const auto store = TRY(store::Reader::open());
    // Until the plan says which images the pod uses.
    const auto held = TRY(store.hold());
    const auto images = TRY(find_images(store, pod.manifest));
    auto range = TRY(pick_id_range(name));
    Prepared prepared{std::move(range), {}};

    auto plan = TRY(plan_of(pod, settings, prepared.range.base));
    plan.metadata = metadata_wish(settings, images);
    prepared.warnings = unheard_sockets(pod.manifest, images);
    const auto [networks, no_bandwidth] =
        TRY(plan_networks(plan, pod.manifest, settings, images, prepared.warnings));
    plan.idle_stop_usec = settings.idle_stop_usec;
    std::optional<Metadata> metadata;
    if (plan.metadata) metadata.emplace(TRY(Metadata::begin(name, plan.uuid, pod.manifest)));
    auto claim = TRY(claim_ports(plan, networks, pod.manifest, prepared.warnings));
    const auto run_dir = TRY(make_run_dir(name));
    // First of all: from here on `gc` knows what to remove.
    TRY(write_pod_plan(run_dir.get(), plan));
    TRY(base::write_file(run_dir.get(), std::string{plan::kManifestFile},
                         pod.manifest.to_json().str(), 0600));
    if (networks) TRY(write_attachments(run_dir.get(), *networks));
    claim.reset();
    const auto state = TRY(make_state_dir(plan.uuid));
    Enforcement enforcement;
    TRY(enforcement.check(
        "pod", pod.manifest.isolators,
        {translate::Scope::kPod, schema::no_bandwidth_of_pod(settings), no_bandwidth},
        settings.best_effort));
    std::vector<std::string> without_effect;
    const Preparation to{pod,
                         store,
                         state,
                         run_dir.get(),
                         settings.best_effort,
                         schema::no_bandwidth_of_app(settings, images.size()),
                         no_bandwidth,
                         {schema::keeps_setuid_from_host(pod.manifest)},
                         enforcement,
                         plan,
                         prepared.warnings,
                         without_effect,
                         metadata};
    for (std::size_t i = 0; i < images.size(); ++i)
        TRY_CONTEXT(prepare_app(to, pod.manifest.apps[i], images[i]), "app \"{}\"",
                    pod.manifest.apps[i].name.str());
    const auto& limits = enforcement.notes();
    without_effect.insert(without_effect.end(), limits.begin(), limits.end());
    TRY(note_isolators(run_dir.get(), without_effect, prepared.warnings));
    if (plan.limited || plan.refusals_logged) TRY(write_pod_plan(run_dir.get(), plan));
    if (metadata) TRY(write_metadata(run_dir.get(), std::move(*metadata).finish()));
    return prepared;
}

}  // namespace podd::pod
