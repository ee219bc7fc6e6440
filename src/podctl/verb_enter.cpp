// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl exec, podctl enter
#include <map>
#include <memory>

#include <fmt/format.h>

#include "podctl/enter_session.h"
#include "podctl/entered_app.h"
#include "podctl/manager.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Result<std::vector<std::string>> apps_of(Manager& manager, const std::string& name) {
    for (const auto& pod : TRY(client::guarded([&] { return manager.ListPods(); }))) {
        const auto& [known, state, apps, source, path] = client::as_tuple(pod);
        if (known == name) return apps;
    }
    return no_such_pod(name);
}

struct Order {
    AppChoice choice;
    std::vector<std::string> command;
};

std::vector<std::string> variables(const Options& options) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : options.environment)
        lines.push_back(fmt::format("{}={}", name, value));
    return lines;
}

std::map<std::string, sdbus::Variant> wishes_of(const Options& options) {
    std::map<std::string, sdbus::Variant> wishes;
    if (options.privileged) wishes.emplace("Privileged", sdbus::Variant{true});
    if (!options.user.empty()) wishes.emplace("User", sdbus::Variant{options.user});
    if (!options.environment.empty())
        wishes.emplace("Environment", sdbus::Variant{variables(options)});
    if (!options.working_directory.empty())
        wishes.emplace("WorkingDirectory", sdbus::Variant{options.working_directory});
    return wishes;
}

// What asks: less than a Session, whose manager makes the bus send it signals that nobody waits for
// here, at the price of a dozen messages.
struct Asker {
    std::unique_ptr<sdbus::IConnection> bus;
    const Order& order;
    const Options& options;
};

/// Returns the unit that runs the command.
Result<std::string> call_enter(const Asker& asker, const std::string& app,
                               const base::UniqueFd& control) {
    constexpr std::uint64_t kFlagInteractive = 1;  // org.podd1(5)
    const std::uint64_t flags = asker.options.ask_password ? kFlagInteractive : 0;
    const auto wishes = wishes_of(asker.options);
    return client::guarded([&] {
        const auto proxy = client::make_proxy(*asker.bus, client::kBusName,
                                              client::app_path(asker.order.choice.pod, app));
        std::string unit;
        proxy->callMethod("Enter")
            .onInterface("org.podd1.App")
            .withArguments(asker.order.command, sdbus::UnixFd{control.get()}, wishes, flags)
            .storeResultsTo(unit);
        return unit;
    });
}

// As podd knows the pod already; empty where it does not, or there are several.
std::string likely_app(const Asker& asker) {
    using AppRow = sdbus::Struct<std::string, sdbus::ObjectPath>;
    const AppChoice& choice = asker.order.choice;
    if (!choice.app.empty()) return choice.app;
    const auto pod =
        properties(*asker.bus, client::kBusName, client::pod_path(choice.pod), "org.podd1.Pod");
    if (!pod) return {};
    const auto apps = property_or<std::vector<AppRow>>(*pod, "Apps", {});
    return apps.size() == 1 ? std::get<0>(apps.front()) : std::string{};
}

/// ListPods() makes podd look at all manifests and units anew, which is only worth its time where
/// podd does not know the pod, or the user has to be told what there is.
Result<std::string> ask(const Order& order, const Options& options, const base::UniqueFd& control) {
    auto bus = TRY(connect_system_bus());
    const Asker asker{std::move(bus), order, options};
    PolkitAgent agent;
    if (options.ask_password) agent.start();
    if (const auto app = likely_app(asker); !app.empty()) {
        auto unit = call_enter(asker, app, control);
        if (unit || unit.error().code() != ErrorCode::kNotFound) return unit;
    }
    Options quiet = options;
    quiet.ask_password = false;  // the agent is there already
    const auto manager =
        TRY(client::guarded([&] { return std::make_unique<Manager>(*asker.bus, quiet); }));
    const auto app = TRY(chosen_app(order.choice, TRY(apps_of(*manager, order.choice.pod))));
    return call_enter(asker, app, control);
}

Result<int> run(const Order& order, const Options& options) {
    TRY(check_words(order.command));
    TRY(check_words(variables(options)));
    TRY(check_words({options.user, options.working_directory}));
    const auto session = TRY(EnterSession::make());
    const auto unit = TRY(ask(order, options, session->take_control()));
    if (session->has_terminal() && !options.quiet && order.command.empty())
        fmt::print(stderr, "Press ^] three times within 1s to leave.\n");
    const auto end = TRY(session->run(unit));
    if (!end.message.empty()) print_error({ErrorCode::kUnavailable, end.message}, options.json);
    return end.status;
}

// Every status that is not the command's own tells itself apart from those of podctl's other verbs.
int status_of(const Order& order, const Options& options) {
    const auto status = run(order, options);
    if (status) return *status;
    print_error(status.error(), options.json);
    return plan::kCannotEnter;
}

int usage(const Error& error, const Options& options) {
    print_error(error, options.json);
    return kUsage;
}

}  // namespace

Result<int> verb_exec(const Arguments& arguments) {
    const auto choice = parse_app_choice(arguments.words);
    if (!choice) return usage(choice.error(), arguments.options);
    if (arguments.after.empty())
        return usage({ErrorCode::kInvalidArgument, "which command?"}, arguments.options);
    return status_of({*choice, arguments.after}, arguments.options);
}

Result<int> verb_enter(const Arguments& arguments) {
    const auto choice = parse_app_choice(arguments.words);
    if (!choice) return usage(choice.error(), arguments.options);
    return status_of({*choice, {}}, arguments.options);
}

}  // namespace podd::podctl
