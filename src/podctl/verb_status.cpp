// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl status
#include <algorithm>
#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "podctl/journal.h"
#include "podctl/limits_text.h"
#include "podctl/manager.h"
#include "podctl/network_limit.h"
#include "podctl/pod_networks.h"
#include "podctl/pod_sockets.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/unit_status.h"
#include "podctl/verbs.h"
#include "unit/names.h"

namespace podd::podctl {

namespace {

using AppRow = sdbus::Struct<std::string, sdbus::ObjectPath>;

struct App {
    std::string name;
    std::string unit;
    std::string image;
    std::string image_id;
    std::string verification;  // of the image: "signed"
    std::string verified_by;   // the key's fingerprint
    std::string health;        // empty: no check
    UnitStatus status;
    std::vector<AskedLimit> asked;
};

struct Pod {
    std::string name;
    std::string uuid;
    std::string unit;
    std::string source;
    std::uint32_t leader = 0;
    std::string limits;
    std::vector<std::string> weakened;
    UnitStatus status;
    UnitStatus slice;
    std::vector<App> apps;
    std::vector<PodNetwork> networks;
    std::vector<PodSocket> sockets;
};

void load_verification(sdbus::IConnection& bus, App& app) {
    using Pair = sdbus::Struct<std::string, std::string>;
    if (app.image_id.empty()) return;
    const auto all =
        properties(bus, client::kBusName, client::image_path(app.image_id), "org.podd1.Image");
    const Pair pair = all ? property_or<Pair>(*all, "Verification", Pair{}) : Pair{};
    app.verification = std::get<0>(pair);
    app.verified_by = std::get<1>(pair);
}

std::vector<AskedLimit> asked_limits(const std::map<std::string, sdbus::Variant>& all) {
    using Row = sdbus::Struct<std::string, std::string, std::uint64_t>;
    std::vector<AskedLimit> asked;
    for (const Row& row : property_or<std::vector<Row>>(all, "Limits", {}))
        asked.push_back({std::get<0>(row), std::get<1>(row), std::get<2>(row)});
    return asked;
}

App load_app(sdbus::IConnection& bus, const AppRow& row) {
    App app;
    app.name = std::get<0>(row);
    const auto all =
        properties(bus, client::kBusName, std::string{std::get<1>(row)}, "org.podd1.App");
    if (!all) return app;
    app.unit = property_or<std::string>(*all, "Unit", "");
    app.image = property_or<std::string>(*all, "Image", "");
    app.image_id = property_or<std::string>(*all, "ImageID", "");
    app.health = property_or<std::string>(*all, "Health", "");
    app.status = unit_status(bus, app.unit);
    app.asked = asked_limits(*all);
    load_verification(bus, app);
    return app;
}

// What has no control group has no limits that could be weaker.
void add_weaker(Pod& pod, const std::string& whose, const std::vector<AskedLimit>& asked,
                const UnitStatus& status) {
    for (const std::string& text : weaker_limits(asked, status.limits))
        pod.weakened.push_back(fmt::format("{}: {}", whose, text));
}

base::Result<Pod> load_pod(const Session& session, const std::string& name) {
    sdbus::IConnection& bus = *session.bus;
    const auto all = properties(bus, client::kBusName, client::pod_path(name), "org.podd1.Pod");
    if (!all || all->empty()) return no_such_pod(name);
    Pod pod;
    pod.name = name;
    pod.uuid = property_or<std::string>(*all, "UUID", "");
    pod.unit = property_or<std::string>(*all, "Unit", "");
    pod.source = property_or<std::string>(*all, "SourcePath", "");
    pod.weakened = property_or<std::vector<std::string>>(*all, "Weakened", {});
    pod.status = unit_status(bus, pod.unit);
    pod.leader = machine_leader(bus, name);
    pod.slice = unit_status(bus, unit::slice_name(name));
    const auto asked = asked_limits(*all);
    pod.limits = pod_limits_text(name, pod.slice.limits, asked);
    add_weaker(pod, "pod", asked, pod.slice);
    for (const AppRow& row : property_or<std::vector<AppRow>>(*all, "Apps", {})) {
        const App& app = pod.apps.emplace_back(load_app(bus, row));
        add_weaker(pod, "app " + app.name, app.asked, app.status);
    }
    pod.sockets = pod_sockets(bus, name);
    if (!pod.uuid.empty()) pod.networks = pod_networks(*session.manager, name);
    return pod;
}

Style colour(const std::string& state) {
    if (state == "active" || state == "reloading") return Style::kGreen;
    if (state == "failed") return Style::kRed;
    if (state == "activating" || state == "deactivating") return Style::kYellow;
    return Style::kPlain;
}

Style health_colour(const std::string& health) {
    if (health == "healthy") return Style::kGreen;
    return health == "unhealthy" ? Style::kRed : Style::kYellow;
}

// As systemctl status draws them.
std::string_view bullet(const std::string& state) {
    if (state == "inactive") return "○";
    if (state == "failed") return "×";
    if (state == "reloading") return "↻";
    return "●";
}

std::string state_text(const UnitStatus& status) {
    std::string text = fmt::format("{}{} ({}){}", style(colour(status.active_state)),
                                   status.active_state, status.sub_state, style(Style::kPlain));
    if (status.active_state == "failed" && !status.result.empty())
        text += fmt::format(" (Result: {})", status.result);
    return text;
}

std::string end_text(const UnitStatus& status) {
    if (status.result == "oom-kill") return ", killed for want of memory";
    if (status.exit_code == CLD_KILLED || status.exit_code == CLD_DUMPED)
        return fmt::format(", killed by signal {}", status.exit_status);
    return fmt::format(", exit status {}", status.exit_status);
}

// Of a group that is still there; what remains of others is the unit's result.
std::string kills_text(const UnitStatus& status) {
    const std::uint64_t kills = status.limits.oom_kills;
    if (kills == 0) return {};
    return fmt::format(", {}{} process{} killed for want of memory{}", style(Style::kRed), kills,
                       kills == 1 ? "" : "es", style(Style::kPlain));
}

void line(std::string_view key, const std::string& value) {
    if (!value.empty()) fmt::print("{:>10}: {}\n", key, value);
}

void print_app(const App& app, std::size_t width) {
    std::string text =
        fmt::format("{:<{}}  {}", printable(app.name), width, state_text(app.status));
    if (!app.health.empty())
        text += fmt::format(", {}{}{}", style(health_colour(app.health)), printable(app.health),
                            style(Style::kPlain));
    if (app.status.main_pid != 0)
        text += fmt::format(", main PID {} ({})", app.status.main_pid,
                            printable(command_name(app.status.main_pid)));
    else if (app.status.active_state == "failed")
        text += end_text(app.status);
    fmt::print("            {}{}\n", text, kills_text(app.status));
    if (const std::string limits = limits_text(app.status.limits); !limits.empty())
        fmt::print("            {:<{}}  limits: {}\n", "", width, limits);
    const std::string id = app.image_id.empty() ? "" : " " + short_id(app.image_id, false);
    const std::string word =
        app.verification.empty()
            ? ""
            : fmt::format(", accepted: {} ({})", app.verification, app.verified_by);
    fmt::print("            {:<{}}  {}image {}{}{}{}\n", "", width, style(Style::kGrey),
               printable(app.image), printable(id), printable(word), style(Style::kPlain));
}

void print_pod(const Pod& pod, const Options& options) {
    fmt::print("{}{}{} {}\n", style(colour(pod.status.active_state)),
               bullet(pod.status.active_state), style(Style::kPlain), printable(pod.name));
    line("Unit", pod.unit);
    std::string state = state_text(pod.status);
    if (pod.status.changed_usec != 0)
        state += fmt::format(" since {}; {}", local_time(pod.status.changed_usec),
                             time_ago(pod.status.changed_usec));
    line("State", state);
    line("Status", pod.status.active_state == "failed" ? printable(pod.status.status_text) : "");
    line("UUID", pod.uuid);
    if (pod.leader != 0) line("Machine", fmt::format("{} (leader {})", pod.name, pod.leader));
    line("Manifest", pod.source.empty() ? "(transient)" : printable(pod.source));
    for (const PodNetwork& network : pod.networks)
        line("Network", printable(network_text(network)));
    line("Limits", pod.limits);
    for (const std::string& what : pod.weakened)
        line("Weakened",
             fmt::format("{}{}{}", style(Style::kYellow), printable(what), style(Style::kPlain)));
    std::size_t width = 0;
    for (const App& app : pod.apps)
        width = std::max(width, app.name.size());
    if (!pod.apps.empty()) fmt::print("{:>10}:\n", "Apps");
    for (const App& app : pod.apps)
        print_app(app, width);
    print_sockets(pod.sockets);
    if (options.lines == 0) return;
    fmt::print("\n");
    std::vector<std::string> units{pod.unit, unit::app_name(pod.name, "*")};
    for (const PodSocket& socket : pod.sockets)
        units.push_back(socket.unit);
    print_journal(units, options.lines);
}

base::Json as_json(const UnitStatus& status) {
    base::Json json;
    json.add("activeState", status.active_state);
    json.add("subState", status.sub_state);
    json.add("result", status.result);
    json.add("since", status.changed_usec);
    json.add("mainPID", std::uint64_t{status.main_pid});
    json.add("limits", limits_text(status.limits));
    json.add("oomKills", status.limits.oom_kills);
    return json;
}

base::Json as_json(const Pod& pod) {
    base::Json json;
    json.add("name", pod.name);
    json.add("unit", pod.unit);
    json.add("uuid", pod.uuid);
    json.add("manifest", pod.source);
    json.add("leader", std::uint64_t{pod.leader});
    json.add("state", as_json(pod.status));
    json.add("networks", as_json(pod.networks));
    json.add("limits", pod.limits);
    base::Json::Array weakened;
    for (const std::string& what : pod.weakened)
        weakened.emplace_back(what);
    json.add("weakened", base::Json{std::move(weakened)});
    base::Json::Array apps;
    for (const App& app : pod.apps) {
        base::Json entry;
        entry.add("name", app.name);
        entry.add("unit", app.unit);
        entry.add("image", app.image);
        entry.add("imageID", app.image_id);
        entry.add("health", app.health);
        base::Json verification;
        verification.add("kind", app.verification);
        verification.add("by", app.verified_by);
        entry.add("verification", std::move(verification));
        entry.add("state", as_json(app.status));
        apps.push_back(std::move(entry));
    }
    json.add("apps", base::Json{std::move(apps)});
    json.add("sockets", as_json(pod.sockets));
    return json;
}

// Without words: every pod that runs or failed.
base::Result<std::vector<std::string>> wanted_pods(Manager& manager, const Arguments& arguments) {
    // Asked for in any case: the properties of a pod that was started just now may else be those of
    // before, as podd looks at many changes at once.
    const auto pods = TRY(client::guarded([&] { return manager.ListPods(); }));
    if (!arguments.words.empty()) return expand_pods(manager, arguments.words);
    std::vector<std::string> names;
    for (const auto& pod : pods)
        if (std::get<1>(pod) != "inactive") names.push_back(std::get<0>(pod));
    return names;
}

}  // namespace

base::Result<int> verb_status(const Arguments& arguments) {
    const Options& options = arguments.options;
    const Session session = TRY(Session::open(options));
    const auto names = TRY(wanted_pods(*session.manager, arguments));
    int status = kOk;
    base::Json::Array list;
    bool first = true;
    for (const std::string& name : names) {
        const auto pod = load_pod(session, name);
        if (!pod) {
            print_error(pod.error(), options.json);
            status = kNoSuchPod;
            continue;
        }
        if (pod->status.active_state != "active" && status == kOk && !arguments.words.empty())
            status = kNotActive;
        if (options.json != JsonMode::kOff) {
            list.push_back(as_json(*pod));
            continue;
        }
        if (!std::exchange(first, false)) fmt::print("\n");
        print_pod(*pod, options);
    }
    if (options.json != JsonMode::kOff) print_json(base::Json{std::move(list)}, options.json);
    return status;
}

}  // namespace podd::podctl
