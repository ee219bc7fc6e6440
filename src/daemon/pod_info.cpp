// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/pod_info.h"

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "daemon/weakened.h"
#include "plan/health.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "pod/manifest_files.h"
#include "unit/names.h"

namespace podd::daemon {

namespace {

// Written again with what was left out, it may be longer than it was.
constexpr std::size_t kMaxManifestBytes = std::size_t{8} * 1024 * 1024;

void set_bandwidth(PodInfo& pod, std::uint64_t bytes_per_sec) {
    std::erase_if(pod.limits,
                  [](const AskedLimit& limit) { return limit.property == kNetworkBandwidth; });
    pod.limits.push_back({kNetworkBandwidth, {}, bytes_per_sec});
}

void fill_from_manifest(PodInfo& pod, const schema::PodManifest& manifest) {
    const auto paths = translate::mounted_paths(manifest);
    pod.weakened = weakened(manifest);
    pod.limits = asked_limits(manifest.isolators, paths, translate::Scope::kPod);
    if (const auto bandwidth = asked_bandwidth(manifest)) set_bandwidth(pod, *bandwidth);
    pod.apps.clear();
    for (const schema::RuntimeApp& app : manifest.apps) {
        AppInfo info;
        info.name = app.name.str();
        info.unit = unit::app_name(pod.name, info.name);
        if (app.image.name)
            info.image = app.image.name->str();
        else if (app.image.id)
            info.image = *app.image.id;
        if (app.app) info.limits = asked_limits(app.app->isolators, paths, translate::Scope::kApp);
        pod.apps.push_back(std::move(info));
    }
}

void fill_from_app_plans(PodInfo& pod, const schema::PodManifest& manifest, int dir) {
    for (std::size_t i = 0; i < pod.apps.size(); ++i) {
        const auto plan = plan::read_app_plan(dir, pod.apps[i].name);
        if (!plan) continue;
        pod.apps[i].image_id = plan->image_id;
        if (!manifest.apps[i].app) pod.apps[i].limits = asked_limits(plan->limits);
        for (std::string& text : weakened_in_plan(manifest, manifest.apps[i], *plan))
            pod.weakened.push_back(std::move(text));
    }
}

// What a running pod was started with counts, not what its manifest file says by now.
base::Result<> fill_from_plan(PodInfo& pod, int pods_dir) {
    const base::UniqueFd dir = TRY(
        base::open_at(pods_dir, pod.name, O_RDONLY | O_DIRECTORY, 0, base::Resolve::kNoSymlinks));
    const plan::PodPlan plan = TRY(plan::read_pod_plan(dir.get()));
    pod.uuid = plan.uuid;
    if (const auto text = base::read_file(dir.get(), std::string{plan::kManifestFile},
                                          kMaxManifestBytes, base::Resolve::kNoSymlinks))
        if (const auto manifest = schema::PodManifest::parse(*text)) {
            fill_from_manifest(pod, *manifest);
            fill_from_app_plans(pod, *manifest, dir.get());
        }
    // An image may say it as well.
    if (plan.bandwidth) set_bandwidth(pod, plan.bandwidth->bytes_per_sec);
    for (std::string& note : plan::read_without_effect(dir.get()))
        pod.weakened.push_back(std::move(note));
    return {};
}

PodInfo& pod_called(std::map<std::string, PodInfo>& pods, const std::string& name) {
    PodInfo& pod = pods[name];
    pod.name = name;
    pod.unit = unit::sandbox_name(name);
    return pod;
}

}  // namespace

std::map<std::string, PodInfo> known_pods() {
    std::map<std::string, PodInfo> pods;
    const pod::ManifestScan scan = pod::scan_manifests(pod::manifest_search());
    for (const pod::Manifest& manifest : scan.manifests) {
        PodInfo& pod = pod_called(pods, manifest.pod.name.str());
        pod.source_path = manifest.pod.source_path;
        fill_from_manifest(pod, manifest.pod.manifest);
    }
    const auto dir = base::open_path(std::string{plan::kRunDir}, O_RDONLY | O_DIRECTORY);
    if (!dir) return pods;
    const auto names = base::list_dir(dir->get());
    if (!names) return pods;
    for (const std::string& name : *names) {
        if (!schema::PodName::parse(name)) continue;
        // Without a plan it is being prepared, or was left behind.
        static_cast<void>(fill_from_plan(pod_called(pods, name), dir->get()));
    }
    return pods;
}

void add_states(std::map<std::string, PodInfo>& pods, const std::vector<client::UnitState>& units) {
    for (const client::UnitState& unit : units) {
        const auto name = unit::pod_unit(unit.name);
        if (!name) continue;
        const auto found = pods.find(name->pod);
        if (found == pods.end()) continue;  // a unit of somebody else's
        PodInfo& pod = found->second;
        if (name->app.empty()) {
            pod.active_state = unit.active_state;
            pod.sub_state = unit.sub_state;
            continue;
        }
        for (AppInfo& app : pod.apps) {
            if (app.unit != unit.name) continue;
            app.active_state = unit.active_state;
            app.sub_state = unit.sub_state;
        }
    }
}

std::string health_of(const std::string& pod, const std::string& app) {
    const auto dir = plan::open_pod_directory(pod);
    const auto record = dir ? plan::read_health(dir->get(), app)
                            : base::Result<plan::HealthRecord>{base::Error{dir.error()}};
    return record ? std::string{plan::health_word(record->state)} : "";
}

base::Result<std::string> manifest_text(const std::string& pod) {
    TRY(schema::PodName::parse(pod));
    const std::string running = fmt::format("{}/{}/{}", plan::kRunDir, pod, plan::kManifestFile);
    if (auto text = base::read_file(running, kMaxManifestBytes)) return text;
    pod::Manifest manifest = TRY(pod::find_manifest(pod, pod::manifest_search()));
    return std::move(manifest.text);
}

}  // namespace podd::daemon
