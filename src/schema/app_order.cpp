// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/app_order.h"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace podd::schema {

using base::Error;
using base::Result;

namespace {

using Indexes = std::map<std::string_view, std::size_t>;
// Of each app, those that it comes after.
using Edges = std::vector<std::vector<std::size_t>>;

// The value of one annotation, where it stands.
Error refuse(const JsonNode& list, const std::vector<RuntimeApp>& apps, std::size_t app,
             std::string_view name, Error error) {
    const auto& annotations = apps[app].annotations;
    const auto found = std::find_if(annotations.begin(), annotations.end(),
                                    [&](const auto& one) { return one.name.str() == name; });
    const JsonNode app_node = list.element(app);
    const JsonNode all = TRY(app_node.member("annotations"));
    const JsonNode one = all.element(static_cast<std::size_t>(found - annotations.begin()));
    return one.here(std::move(error).with_context(fmt::format("\"{}\"", name)));
}

Result<std::vector<std::size_t>> look_up(const std::vector<std::string>& names,
                                         const Indexes& indexes, std::size_t self) {
    std::vector<std::size_t> found;
    found.reserve(names.size());
    for (const auto& name : names) {
        const auto at = indexes.find(name);
        if (at == indexes.end())
            return found_wanted(quoted(name), "the name of another app of this pod");
        if (at->second == self)
            return found_wanted(quoted(name) + ", the app itself", "another app of this pod");
        found.push_back(at->second);
    }
    return found;
}

// Apps that are in a cycle, or come after one; none when there is no cycle.
std::vector<bool> never_reached(const Edges& after) {
    std::vector<std::size_t> waits(after.size());
    Edges before(after.size());
    std::vector<std::size_t> ready;
    for (std::size_t app = 0; app < after.size(); ++app) {
        waits[app] = after[app].size();
        if (waits[app] == 0) ready.push_back(app);
        for (const auto other : after[app])
            before[other].push_back(app);
    }
    std::vector<bool> left(after.size(), true);
    while (!ready.empty()) {
        const auto app = ready.back();
        ready.pop_back();
        left[app] = false;
        for (const auto other : before[app])
            if (--waits[other] == 0) ready.push_back(other);
    }
    return left;
}

// One cycle, first app once more at its end; empty when there is none.
std::vector<std::size_t> find_cycle(const Edges& after) {
    const auto left = never_reached(after);
    const auto first = std::find(left.begin(), left.end(), true);
    std::vector<std::size_t> path;
    if (first == left.end()) return path;
    // Whoever is left waits for somebody who is left: this comes round.
    auto app = static_cast<std::size_t>(first - left.begin());
    std::vector<bool> seen(after.size(), false);
    while (!seen[app]) {
        seen[app] = true;
        path.push_back(app);
        app = *std::find_if(after[app].begin(), after[app].end(),
                            [&](std::size_t other) { return left[other]; });
    }
    path.erase(path.begin(), std::find(path.begin(), path.end(), app));
    path.push_back(app);
    return path;
}

std::string cycle_text(const std::vector<std::size_t>& cycle, const std::vector<RuntimeApp>& apps) {
    constexpr std::size_t kShown = 8;
    std::string text;
    for (std::size_t i = 0; i < cycle.size(); ++i) {
        if (i == kShown && cycle.size() > kShown + 2) {
            text += " after …";
            i = cycle.size() - 1;
        }
        text += fmt::format("{}{}", i == 0 ? "" : " after ", quoted(apps[cycle[i]].name.str()));
    }
    return text;
}

// Init apps have their order from the manifest. One that is restarted has failed for those that
// wait for it, and nobody would start these when it succeeds later.
Result<void> check_init_apps(const JsonNode& list, const std::vector<RuntimeApp>& apps,
                             const std::vector<AppSettings>& settings) {
    constexpr std::string_view kOrder =
        "none on an init app: they run one after the other, in the manifest's order";
    bool all = true;
    for (std::size_t i = 0; i < apps.size(); ++i) {
        all = all && settings[i].init;
        if (!settings[i].init) continue;
        if (!settings[i].after.empty())
            return refuse(list, apps, i, kAfter, found_wanted("an order", kOrder));
        if (!settings[i].required.empty())
            return refuse(list, apps, i, kRequires, found_wanted("an order", kOrder));
        if (settings[i].restart != Restart::kNo)
            return refuse(list, apps, i, kRestart,
                          found_wanted("a restart policy", "\"no\" on an init app"));
    }
    if (all) return list.refuse("an app that is no init app: those only come before it");
    return {};
}

// systemd leaves out what does not go together, and says so in its own log only.
Result<void> check_restart(const JsonNode& list, const std::vector<RuntimeApp>& apps,
                           std::size_t app, const AppSettings& settings) {
    constexpr std::uint64_t kPause = 100'000;  // RestartSec= of systemd
    const auto missing = [&](std::string_view name, std::string_view other) {
        return refuse(list, apps, app, name,
                      found_wanted("it alone", fmt::format("\"{}\" as well", other)));
    };
    const bool steps = settings.restart_steps.has_value();
    if (steps && !settings.restart_max_delay_usec) return missing(kRestartSteps, kRestartMaxDelay);
    if (!steps && settings.restart_max_delay_usec) return missing(kRestartMaxDelay, kRestartSteps);
    if (steps && settings.restart == Restart::kNo) return missing(kRestartSteps, kRestart);
    if (steps && *settings.restart_max_delay_usec <= settings.restart_usec.value_or(kPause))
        return refuse(list, apps, app, kRestartMaxDelay,
                      found_wanted("no more than the pause before the first restart",
                                   fmt::format("more than \"{}\"", kRestartSec)));
    return {};
}

// The kernel ends a PID namespace with its first process, and a /proc that is replaced takes along
// what is mounted on it.
Result<void> check_private_pids(const JsonNode& list, const std::vector<RuntimeApp>& apps,
                                std::size_t app, const AppSettings& settings) {
    if (!settings.private_pids) return {};
    if (settings.kill_mode == "process")
        return refuse(list, apps, app, kKillMode,
                      found_wanted("\"process\"",
                                   fmt::format("another with \"{}\": all processes of the app end "
                                               "with its main process",
                                               kPrivatePids)));
    for (const auto& mount : apps[app].mounts)
        if (mount.path == "/proc" || mount.path.starts_with("/proc/"))
            return refuse(list, apps, app, kPrivatePids,
                          found_wanted(fmt::format("a volume at {}", quoted(mount.path)),
                                       "none in /proc, which is the app's own"));
    return {};
}

}  // namespace

Result<void> check_app_order(const JsonNode& list, const std::vector<RuntimeApp>& apps,
                             const std::vector<AppSettings>& settings) {
    TRY(check_init_apps(list, apps, settings));
    Indexes indexes;
    for (std::size_t i = 0; i < apps.size(); ++i)
        indexes.emplace(apps[i].name.str(), i);
    Edges after;
    after.reserve(apps.size());
    for (std::size_t i = 0; i < apps.size(); ++i) {
        TRY(check_restart(list, apps, i, settings[i]));
        TRY(check_private_pids(list, apps, i, settings[i]));
        auto edges = look_up(settings[i].after, indexes, i);
        if (!edges) return refuse(list, apps, i, kAfter, std::move(edges).error());
        after.push_back(*std::move(edges));
        if (auto found = look_up(settings[i].required, indexes, i); !found)
            return refuse(list, apps, i, kRequires, std::move(found).error());
    }
    const auto cycle = find_cycle(after);
    if (cycle.empty()) return {};
    return refuse(list, apps, cycle.front(), kAfter,
                  found_wanted("the cycle " + cycle_text(cycle, apps), "an app that comes first"));
}

}  // namespace podd::schema
