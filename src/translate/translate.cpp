// SPDX-License-Identifier: LGPL-2.1-or-later
#include "translate/translate.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "plan/plan.h"
#include "schema/annotations.h"
#include "translate/context.h"
#include "translate/resources.h"
#include "unit/names.h"

namespace podd::translate {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using unit::Section;
using unit::Setting;
using unit::Unit;

// Who is asked for the network "default". It is started by the first pod that wants it.
constexpr std::string_view kNetworkSocket = "podd-network.socket";
constexpr std::string_view kStage0 = "/usr/lib/podd/stage0";

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
        const auto& settings = context.apps[i];
        if (settings.effective_pull_policy() == schema::PullPolicy::kNever) continue;
        TRY_CONTEXT(schema::pull_reference(apps[i].image, settings.pull_from), "/apps/{}/image", i);
        any = true;
    }
    return any && !context.transient();
}

Section sandbox_head(const Context& context, const std::vector<Unit>& sockets) {
    Section head = section_of("Unit");
    describe(head, context, described(context));
    std::vector<std::string> wanted;
    std::vector<std::string> bound;
    // Exit policy "any". Not OnSuccess=, which fires in the middle of every restart by hand as well
    // and turns it into a stop; BindsTo= leaves units with a job of their own alone.
    const bool any = context.settings.exit_policy == schema::ExitPolicy::kAny;
    for (std::size_t i = 0; i < context.apps.size(); ++i)
        (any && !context.apps[i].init ? bound : wanted)
            .push_back(unit::app_name(context.name, context.pod.manifest.apps[i].name.str()));
    if (schema::has_link(context.settings.network)) wanted.emplace_back(kNetworkSocket);
    if (!bound.empty()) set_words(head, "BindsTo", std::move(bound));
    if (!wanted.empty()) set_words(head, "Wants", std::move(wanted));
    // The last app that ends makes it unneeded, and so ends the pod.
    set(head, "StopWhenUnneeded", "yes");
    // At shutdown a pod ends while its machine can still be unregistered.
    // dbus.socket is before dbus.service. Each unit named costs systemd two signals a start.
    std::vector<std::string> after{"dbus.service", "systemd-machined.service"};
    // At shutdown it ends while there still is a network.
    if (context.settings.network != schema::Network::kNone ||
        !context.settings.named_networks.empty())
        after.emplace_back("network.target");
    if (schema::has_link(context.settings.network)) after.emplace_back(kNetworkSocket);
    std::vector<std::string> required;
    // A unit of its own: no start timeout of the pod's counts against it.
    if (context.pulled) required.push_back(unit::pull_name(context.name));
    // However the pod is started: else an app would find no socket, and a socket cannot be opened
    // any more while its app runs. A port that is taken keeps the pod from starting.
    for (const auto& socket : sockets)
        required.push_back(socket.name);
    after.insert(after.end(), required.begin(), required.end());
    if (!required.empty()) set_words(head, "Requires", std::move(required));
    set_words(head, "After", std::move(after));
    set_words(head, "RequiresMountsFor", mounted_paths(context.pod.manifest));
    return head;
}

Unit sandbox_unit(const Context& context, const std::vector<Unit>& sockets) {
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
    return unit_of(context.sandbox, sandbox_head(context, sockets), std::move(body));
}

}  // namespace

Result<std::vector<Unit>> translate(const Pod& pod, const Options& options) {
    auto settings = TRY(schema::pod_settings(pod.manifest));
    Context context{pod, options, std::move(settings), {}, pod.name.str(), {}, {}};
    context.apps.reserve(pod.manifest.apps.size());
    for (const auto& app : pod.manifest.apps)
        context.apps.push_back(TRY(schema::app_settings(app)));
    context.pulled = TRY(is_pulled(context));
    context.activated = schema::activated_ports(pod.manifest);
    context.sandbox = unit::sandbox_name(context.name);
    context.slice = unit::slice_name(context.name);
    for (const auto& wants : context.settings.wanted_by)
        if (!unit::is_unit_name(wants))
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("annotation \"{}\": found \"{}\", wanted the name of a unit",
                                     schema::kWantedBy, wants)};

    std::vector<Unit> units;
    auto sockets = socket_units(context);
    units.reserve(pod.manifest.apps.size() + sockets.size() + 2);
    units.push_back(sandbox_unit(context, sockets));
    for (std::size_t i = 0; i < pod.manifest.apps.size(); ++i)
        units.push_back(TRY_CONTEXT(app_unit(context, i), "/apps/{}", i));
    std::ranges::move(sockets, std::back_inserter(units));
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

std::vector<std::string> warnings(const Pod& pod, int systemd_version) {
    std::vector<std::string> out;
    const auto add = [&](const std::string& pointer, const std::vector<std::string>& lines) {
        for (const auto& line : lines)
            out.push_back(fmt::format("{}: {}", pointer, line));
    };
    add("/isolators", isolator_warnings(pod.manifest.isolators, Scope::kPod));
    for (std::size_t i = 0; i < pod.manifest.apps.size(); ++i) {
        const auto& annotations = pod.manifest.apps[i].annotations;
        if (systemd_version < kRestartStepsSince &&
            schema::annotation(annotations, schema::kRestartSteps))
            add(fmt::format("/apps/{}/annotations", i),
                {fmt::format("\"{}\" has no effect before systemd {}, this host has {}: the pause "
                             "before restarts stays the same",
                             schema::kRestartSteps, kRestartStepsSince, systemd_version)});
        if (const auto& app = pod.manifest.apps[i].app)
            add(fmt::format("/apps/{}/app/isolators", i),
                isolator_warnings(app->isolators, Scope::kApp));
    }
    return out;
}

}  // namespace podd::translate
