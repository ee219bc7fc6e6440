// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl exec, podctl enter
#include <map>

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
    return Error{ErrorCode::kNotFound, fmt::format("pod \"{}\": there is no such pod", name)};
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

/// Returns the unit that runs the command.
Result<std::string> ask(const Order& order, const Options& options, base::UniqueFd control) {
    const Session session = TRY(Session::open(options));
    const auto app =
        TRY(chosen_app(order.choice, TRY(apps_of(*session.manager, order.choice.pod))));
    const auto wishes = wishes_of(options);
    return client::guarded([&] {
        const auto proxy = client::make_proxy(*session.bus, client::kBusName,
                                              client::app_path(order.choice.pod, app));
        std::string unit;
        proxy->callMethod("Enter")
            .onInterface("org.podd1.App")
            .withArguments(order.command, sdbus::UnixFd{control.release(), sdbus::adopt_fd}, wishes,
                           session.manager->flags())
            .storeResultsTo(unit);
        return unit;
    });
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
