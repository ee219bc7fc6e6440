// SPDX-License-Identifier: LGPL-2.1-or-later
#include "translate/translate.h"

#include <algorithm>
#include <csignal>

#include <fmt/format.h>

#include "plan/plan.h"
#include "schema/annotations.h"
#include "translate/devices.h"
#include "translate/resources.h"
#include "unit/names.h"
#include "unit/values.h"

namespace podd::translate {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using unit::Section;
using unit::Setting;
using unit::Unit;

constexpr std::string_view kStage0 = "/usr/lib/podd/stage0";
constexpr std::string_view kFlavor = "/usr/lib/podd/stage1/nspawn";
constexpr std::string_view kStore = "/var/lib/podd";

// RestartMode=direct: OnFailure= waits until restarting has given up. Older versions do so anyhow.
constexpr int kRestartModeSince = 254;

void set(Section& section, std::string_view key, std::string_view value) {
    section.settings.push_back(Setting{std::string{key}, std::string{value}, {}});
}

void set_words(Section& section, std::string_view key, std::vector<std::string> words) {
    section.settings.push_back({std::string{key}, {}, std::move(words)});
}

// Most have a dozen settings; a thousand pods are translated at every reload of the manager.
Section section_of(std::string name) {
    constexpr std::size_t kUsual = 16;
    Section section{std::move(name), {}};
    section.settings.reserve(kUsual);
    return section;
}

// Not by braces: an initializer list would copy both.
Unit unit_of(std::string name, Section head, Section body) {
    Unit unit{std::move(name), {}, {}};
    unit.sections.reserve(2);
    unit.sections.push_back(std::move(head));
    unit.sections.push_back(std::move(body));
    return unit;
}

// Everything about a pod that more than one of its units needs.
struct Context {
    const Pod& pod;
    const Options& options;
    schema::PodSettings settings;
    std::string name;
    std::string sandbox;
    std::string slice;
    bool pulled = false;  // images are fetched before it starts

    bool transient() const { return pod.source_path.empty(); }
};

void describe(Section& section, const Context& context, std::string_view description) {
    set(section, "Description", description);
    set_words(section, "Documentation", {"man:podd.pod(5)"});
    if (context.transient()) {
        // Nothing of a transient pod stays once it has ended, however it ended.
        set(section, "CollectMode", "inactive-or-failed");
    } else {
        set(section, "SourcePath", context.pod.source_path);
    }
}

std::string described(const Context& context) {
    if (context.settings.description.empty()) return fmt::format("Pod {}", context.name);
    return context.settings.description;
}

// The store, and what the manifest mounts from the host: on another file system it comes first.
std::vector<std::string> mounted_paths(const schema::PodManifest& manifest) {
    std::vector<std::string> paths{std::string{kStore}};
    const auto add = [&](const schema::Volume& volume) {
        if (volume.kind == schema::Volume::Kind::kHost) paths.push_back(volume.source);
    };
    for (const auto& volume : manifest.volumes)
        add(volume);
    for (const auto& app : manifest.apps)
        for (const auto& mount : app.mounts)
            if (mount.app_volume) add(*mount.app_volume);
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

Unit slice_unit(const Context& context, std::vector<Setting> resources) {
    Section head = section_of("Unit");
    describe(head, context, fmt::format("{}: resources", described(context)));
    // A slice stays when its last unit has gone; a transient pod must leave nothing.
    set(head, "StopWhenUnneeded", "yes");
    return unit_of(context.slice, std::move(head), {"Slice", std::move(resources)});
}

// Of a transient pod, whoever starts it fetches: its manifest is in no file.
Result<bool> is_pulled(const Context& context) {
    bool any = false;
    const auto& apps = context.pod.manifest.apps;
    for (std::size_t i = 0; i < apps.size(); ++i) {
        const auto settings = TRY(schema::app_settings(apps[i]));
        if (settings.effective_pull_policy() == schema::PullPolicy::kNever) continue;
        TRY_CONTEXT(schema::pull_reference(apps[i].image, settings.pull_from), "/apps/{}/image", i);
        any = true;
    }
    return any && !context.transient();
}

Section sandbox_head(const Context& context) {
    Section head = section_of("Unit");
    describe(head, context, described(context));
    std::vector<std::string> apps;
    apps.reserve(context.pod.manifest.apps.size());
    for (const auto& app : context.pod.manifest.apps)
        apps.push_back(unit::app_name(context.name, app.name.str()));
    // Exit policy "any". Not OnSuccess=, which fires in the middle of every restart by hand as well
    // and turns it into a stop; BindsTo= leaves units with a job of their own alone.
    const bool any = context.settings.exit_policy == schema::ExitPolicy::kAny;
    set_words(head, any ? "BindsTo" : "Wants", std::move(apps));
    // The last app that ends makes it unneeded, and so ends the pod.
    set(head, "StopWhenUnneeded", "yes");
    // At shutdown a pod ends while its machine can still be unregistered.
    // dbus.socket is before dbus.service. Each unit named costs systemd two signals a start.
    std::vector<std::string> after{"dbus.service", "systemd-machined.service"};
    if (context.settings.network == schema::Network::kHost) after.emplace_back("network.target");
    if (context.pulled) {
        // A unit of its own: no start timeout of the pod's counts against it.
        set_words(head, "Requires", {unit::pull_name(context.name)});
        after.push_back(unit::pull_name(context.name));
    }
    set_words(head, "After", std::move(after));
    set_words(head, "RequiresMountsFor", mounted_paths(context.pod.manifest));
    return head;
}

Unit sandbox_unit(const Context& context) {
    Section body = section_of("Service");
    set(body, "Type", "notify");
    set(body, "NotifyAccess", "all");
    set(body, "Slice", context.slice);
    if (context.transient()) {
        set(body, "StandardInput", "data");
        set(body, "StandardInputData", context.options.transient_manifest);
        set_words(body, "ExecStart", {std::string{kStage0}, "run", "--transient", context.name});
    } else {
        set_words(body, "ExecStart", {std::string{kStage0}, "run", context.name});
    }
    set_words(body, "ExecStopPost", {fmt::format("{}/gc", kFlavor), context.name});
    // "gc" gets a cgroup of its own then. systemd kills by cgroup.kill (from 256 on), and since
    // Linux 6.14 whatever is born into a cgroup that was once killed dies, ExecStopPost= as well.
    set(body, "Delegate", "yes");
    set(body, "KillMode", "mixed");
    // No RestartForceExitStatus=: `gc` starts the pod again, see there.
    set_words(body, "SuccessExitStatus", {std::string{plan::kRebootStatus}});
    set(body, "SyslogIdentifier", fmt::format("pod-{}", context.name));
    return unit_of(context.sandbox, sandbox_head(context), std::move(body));
}

Section app_head(const Context& context, const schema::RuntimeApp& app) {
    Section head = section_of("Unit");
    describe(head, context, fmt::format("{}: app {}", described(context), app.name.str()));
    set_words(head, "BindsTo", {context.sandbox});
    set_words(head, "After", {context.sandbox});
    if (context.settings.exit_policy == schema::ExitPolicy::kOnFailure) {
        set_words(head, "OnFailure", {unit::stop_name(context.name)});
        // Start jobs of the pod's other apps must not be in the way.
        set(head, "OnFailureJobMode", "replace");
    }
    return head;
}

// An app that ends as it was told to has not failed, whether it lets the signal kill it or says so
// in the shells' way; else each restart by hand would look like a failure and end the pod.
std::vector<std::string> stop_statuses(const schema::AppSettings& settings) {
    std::vector<std::string> words{fmt::format("{}", 128 + SIGTERM)};
    const int signal = settings.stop_signal.value_or(SIGTERM);
    if (signal == SIGTERM) return words;  // as a signal it is clean for systemd anyway
    words.push_back(fmt::format("{}", 128 + signal));
    words.push_back(unit::signal_text(signal));
    return words;
}

void set_restart(Section& body, const Context& context, const schema::AppSettings& settings) {
    if (settings.restart == schema::Restart::kNo) return;
    set(body, "Restart", settings.restart == schema::Restart::kAlways ? "always" : "on-failure");
    if (context.options.systemd_version >= kRestartModeSince) set(body, "RestartMode", "direct");
    if (settings.restart_usec) set(body, "RestartSec", unit::duration_text(*settings.restart_usec));
}

Result<Unit> app_unit(const Context& context, const schema::RuntimeApp& app) {
    const auto settings = TRY(schema::app_settings(app));
    Section body = section_of("Service");
    set(body, "Type", "notify");
    // The app's own messages come through a helper beside it, which is never the main process.
    set(body, "NotifyAccess", "all");
    set(body, "Slice", context.slice);
    set_words(body, "ExecStart", {fmt::format("{}/exec", kFlavor), context.name, app.name.str()});
    // What an image says of the end of its apps no unit knows.
    if (!settings.stop_signal || !settings.stop_timeout_usec)
        set_words(body, "ExecStop",
                  {fmt::format("{}/stop", kFlavor), context.name, app.name.str()});
    set(body, "KillMode", "mixed");
    if (settings.stop_signal) set(body, "KillSignal", unit::signal_text(*settings.stop_signal));
    if (settings.stop_timeout_usec)
        set(body, "TimeoutStopSec", unit::duration_text(*settings.stop_timeout_usec));
    set_words(body, "SuccessExitStatus", stop_statuses(settings));
    set_restart(body, context, settings);
    set(body, "Delegate", "yes");
    set(body, "DevicePolicy", "closed");
    for (const auto& device : devices(context.pod.manifest, app))
        set_words(body, "DeviceAllow", {device.path, device.read_only ? "r" : "rw"});
    set(body, "SyslogIdentifier", fmt::format("pod-{}@{}", context.name, app.name.str()));
    if (app.app)
        for (auto& setting : TRY(resource_settings(
                 app.app->isolators, mounted_paths(context.pod.manifest), Scope::kApp)))
            body.settings.push_back(std::move(setting));
    const auto name = unit::app_name(context.name, app.name.str());
    if (!unit::is_unit_name(name))
        return Error{
            ErrorCode::kInvalidArgument,
            fmt::format("found the unit name \"{}\" of {} bytes, wanted at most {}: choose "
                        "a shorter name of pod or app",
                        name, name.size(), unit::kNameMax)};
    auto unit = unit_of(name, app_head(context, app), std::move(body));
    unit.wanted_by = context.settings.wanted_by;
    return unit;
}

}  // namespace

Result<std::vector<Unit>> translate(const Pod& pod, const Options& options) {
    auto settings = TRY(schema::pod_settings(pod.manifest));
    Context context{pod, options, std::move(settings), pod.name.str(), {}, {}};
    context.pulled = TRY(is_pulled(context));
    context.sandbox = unit::sandbox_name(context.name);
    context.slice = unit::slice_name(context.name);
    for (const auto& wants : context.settings.wanted_by)
        if (!unit::is_unit_name(wants))
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("annotation \"{}\": found \"{}\", wanted the name of a unit",
                                     schema::kWantedBy, wants)};

    std::vector<Unit> units;
    units.reserve(pod.manifest.apps.size() + 2);
    units.push_back(sandbox_unit(context));
    for (std::size_t i = 0; i < pod.manifest.apps.size(); ++i)
        units.push_back(TRY_CONTEXT(app_unit(context, pod.manifest.apps[i]), "/apps/{}", i));
    auto resources =
        TRY(resource_settings(pod.manifest.isolators, mounted_paths(pod.manifest), Scope::kPod));
    if (!resources.empty() || context.transient())
        units.push_back(slice_unit(context, std::move(resources)));
    return units;
}

Result<std::vector<Setting>> image_resources(const Pod& pod,
                                             const std::vector<schema::Isolator>& isolators) {
    return resource_settings(isolators, mounted_paths(pod.manifest), Scope::kApp);
}

std::vector<std::string> warnings(const Pod& pod) {
    std::vector<std::string> out;
    const auto add = [&](const std::string& pointer, const std::vector<std::string>& lines) {
        for (const auto& line : lines)
            out.push_back(fmt::format("{}: {}", pointer, line));
    };
    add("/isolators", isolator_warnings(pod.manifest.isolators, Scope::kPod));
    for (std::size_t i = 0; i < pod.manifest.apps.size(); ++i)
        if (const auto& app = pod.manifest.apps[i].app)
            add(fmt::format("/apps/{}/app/isolators", i),
                isolator_warnings(app->isolators, Scope::kApp));
    return out;
}

}  // namespace podd::translate
