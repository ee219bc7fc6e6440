// SPDX-License-Identifier: LGPL-2.1-or-later
// The unit of one app.
#include <algorithm>
#include <csignal>
#include <optional>

#include <fmt/format.h>

#include "plan/plan.h"
#include "schema/annotations.h"
#include "translate/context.h"
#include "translate/devices.h"
#include "translate/resources.h"
#include "unit/names.h"
#include "unit/values.h"

namespace podd::translate {

using base::Error;
using base::ErrorCode;
using base::Result;
using unit::Section;
using unit::Unit;

namespace {

// RestartMode=direct: OnFailure= waits until restarting has given up. Older versions do so anyhow.
constexpr int kRestartModeSince = 254;

// Names of units, each once.
struct Names {
    std::vector<std::string> units;
    void add(std::string unit) {
        if (std::find(units.begin(), units.end(), unit) == units.end())
            units.push_back(std::move(unit));
    }
    void add(const Context& context, const std::vector<std::string>& apps) {
        for (const auto& app : apps)
            add(unit::app_name(context.name, app));
    }
};

// The init app that must have ended well before this app starts. Requires= runs it again whenever
// this one is restarted: see set_init().
std::optional<std::size_t> init_before(const Context& context, std::size_t index) {
    std::optional<std::size_t> found;
    const std::size_t end = context.apps[index].init ? index : context.apps.size();
    for (std::size_t i = 0; i < end; ++i)
        if (context.apps[i].init) found = i;
    return found;
}

void set_order(Section& head, const Context& context, std::size_t index) {
    const auto& settings = context.apps[index];
    Names required;
    Names after{{context.sandbox}};
    if (const auto init = init_before(context, index)) {
        const auto& name = context.pod.manifest.apps[*init].name.str();
        required.add(context, {name});
        after.add(context, {name});
    }
    required.add(context, settings.required);
    after.add(context, settings.after);
    if (!required.units.empty()) set_words(head, "Requires", std::move(required.units));
    set_words(head, "After", std::move(after.units));
}

// Where an init app leaves word that it has done its work in this run of the pod.
std::string done_path(const Context& context, const std::string& app) {
    return fmt::format("{}/{}/{}", plan::kRunDir, context.name, plan::done_file(app));
}

bool is_proxied(const Context& context, std::size_t index) {
    return std::ranges::any_of(context.activated, [&](const schema::ActivatedPort& port) {
        return port.proxied && port.app == index;
    });
}

Section app_head(const Context& context, std::size_t index) {
    const auto& name = context.pod.manifest.apps[index].name.str();
    const bool init = context.apps[index].init;
    Section head = section_of("Unit");
    describe(head, context,
             fmt::format("{}: {} {}", described(context), init ? "init app" : "app", name));
    set_words(head, "BindsTo", {context.sandbox});
    set_order(head, context, index);
    if (is_proxied(context, index)) set_words(head, "Before", {unit::proxy_name(context.name)});
    const auto& settings = context.apps[index];
    if (settings.start_limit_burst)
        set(head, "StartLimitBurst", fmt::format("{}", *settings.start_limit_burst));
    if (settings.start_limit_interval_usec)
        set(head, "StartLimitIntervalSec",
            unit::duration_text(*settings.start_limit_interval_usec));
    if (init) set(head, "ConditionPathExists", "!" + done_path(context, name));
    // Without an init app no other app runs, whatever the policy.
    if (init || context.settings.exit_policy == schema::ExitPolicy::kOnFailure) {
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

void set_end(Section& body, const schema::AppSettings& settings) {
    set(body, "KillMode", settings.kill_mode.empty() ? "mixed" : settings.kill_mode);
    if (settings.stop_signal) set(body, "KillSignal", unit::signal_text(*settings.stop_signal));
    if (settings.stop_timeout_usec)
        set(body, "TimeoutStopSec", unit::duration_text(*settings.stop_timeout_usec));
    set_words(body, "SuccessExitStatus", stop_statuses(settings));
    // A service that systemd delegates goes on by default when the kernel kills one of its
    // processes, and then nothing but a line in the journal says why it died.
    set(body, "OOMPolicy", settings.oom_policy.empty() ? "stop" : settings.oom_policy);
}

void set_restart(Section& body, const Context& context, const schema::AppSettings& settings) {
    const bool policy = settings.restart != schema::Restart::kNo;
    if (policy)
        set(body, "Restart",
            settings.restart == schema::Restart::kAlways ? "always" : "on-failure");
    if (policy && context.options.systemd_version >= kRestartModeSince)
        set(body, "RestartMode", "direct");
    // Without a policy here there may be one in a drop-in.
    if (settings.restart_usec) set(body, "RestartSec", unit::duration_text(*settings.restart_usec));
    if (policy && settings.restart_steps && context.options.systemd_version >= kRestartStepsSince) {
        set(body, "RestartSteps", fmt::format("{}", *settings.restart_steps));
        set(body, "RestartMaxDelaySec", unit::duration_text(*settings.restart_max_delay_usec));
    }
}

// A pre-start handler is run by ExecStart= itself. Whether an image has handlers, who translates
// does not know.
bool may_have_post_stop(const schema::RuntimeApp& app) {
    const auto is_post_stop = [](const schema::EventHandler& handler) {
        return handler.name == schema::EventHandler::Name::kPostStop;
    };
    return !app.app || std::any_of(app.app->event_handlers.begin(), app.app->event_handlers.end(),
                                   is_post_stop);
}

void set_process(Section& body, const schema::AppSettings& settings) {
    const auto text = [](std::uint64_t limit) {
        return limit == UINT64_MAX ? std::string{"infinity"} : fmt::format("{}", limit);
    };
    if (settings.umask) set(body, "UMask", fmt::format("{:04o}", *settings.umask));
    for (const auto& limit : settings.limits)
        set_words(body, limit.key, {text(limit.soft), text(limit.hard)});
}

// The start takes as long as the app runs. No RemainAfterExit=: it would hold the sandbox when all
// other apps have ended. ExecStop= would only be run after its end.
void set_init(Section& body, const Context& context, const std::string& app) {
    set_words(body, "ExecStart", {fmt::format("{}/exec", kFlavor), context.name, app});
    set_words(body, "ExecStartPost",
              {fmt::format("{}/exec", kFlavor), "--done", context.name, app});
}

void set_commands(Section& body, const Context& context, const schema::AppSettings& settings,
                  const std::string& app) {
    if (settings.init) return set_init(body, context, app);
    set_words(body, "ExecStart", {fmt::format("{}/exec", kFlavor), context.name, app});
    // What an image says of the end of its apps no unit knows.
    if (!settings.stop_signal || !settings.stop_timeout_usec)
        set_words(body, "ExecStop", {fmt::format("{}/stop", kFlavor), context.name, app});
}

void set_credentials(Section& body, const schema::AppSettings& settings) {
    for (const auto& one : settings.credentials)
        set_words(body, "LoadCredential", {one.name, one.path});
    for (const auto& one : settings.encrypted_credentials)
        set_words(body, "LoadCredentialEncrypted", {one.name, one.path});
}

}  // namespace

Result<Unit> app_unit(const Context& context, std::size_t index) {
    const auto& app = context.pod.manifest.apps[index];
    const auto& settings = context.apps[index];
    Section body = section_of("Service");
    set(body, "Type", settings.init ? "oneshot" : "notify");
    // The app's own messages come through a helper beside it, which is never the main process.
    set(body, "NotifyAccess", "all");
    set(body, "Slice", context.slice);
    set_commands(body, context, settings, app.name.str());
    if (may_have_post_stop(app))
        set_words(body, "ExecStopPost",
                  {fmt::format("{}/exec", kFlavor), "--post-stop", context.name, app.name.str()});
    set_end(body, settings);
    set_restart(body, context, settings);
    set_process(body, settings);
    set(body, "Delegate", "yes");
    set(body, "DevicePolicy", "closed");
    for (const auto& device : devices(context.pod.manifest, app))
        set_words(body, "DeviceAllow", {device.path, device.read_only ? "r" : "rw"});
    set_credentials(body, settings);
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
    auto unit = unit_of(name, app_head(context, index), std::move(body));
    // A pod with a socket is started by the first connection, not at boot; the proxy of an app by
    // its own.
    if (is_proxied(context, index))
        unit.wanted_by = {unit::proxy_name(context.name)};
    else if (context.activated.empty())
        unit.wanted_by = context.settings.wanted_by;
    return unit;
}

}  // namespace podd::translate
