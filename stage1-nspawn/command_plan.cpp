// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command_plan.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "base/file.h"
#include "base/users.h"

namespace podd::stage1 {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMaxUserFile = std::size_t{1} << 20;
constexpr const char* kUserVariables[] = {"HOME", "USER", "LOGNAME", "SHELL"};

// bash where there is one. It says nothing of its own, so that the status is the shell's.
std::vector<std::string> any_shell() {
    return {"sh", "-c", "if command -v bash >/dev/null; then exec bash; fi; exec sh"};
}

// All that the pod's own root may be, without what podd takes from it; never more than the pod.
void lift_confinement(plan::AppPlan& app) {
    app.uid = app.gid = 0;
    app.groups.clear();
    app.capabilities = ~std::uint64_t{0};
    app.no_new_privileges = false;
    app.seccomp = false;
    app.selinux_label.clear();
    app.apparmor_profile.clear();
}

void set_variable(plan::AppPlan& app, const std::string& name, const std::string& value) {
    std::erase_if(app.environment, [&](const auto& line) { return line.first == name; });
    app.environment.emplace_back(name, value);
}

void become(plan::AppPlan& app, const CommandUser& user) {
    app.uid = user.uid;
    app.gid = user.gid;
    app.groups = user.groups;
    for (const char* name : kUserVariables)
        std::erase_if(app.environment, [&](const auto& line) { return line.first == name; });
    if (user.name.empty()) return;
    const std::string* const values[] = {&user.home, &user.name, &user.name, &user.shell};
    for (std::size_t i = 0; i < std::size(kUserVariables); ++i)
        app.environment.emplace_back(kUserVariables[i], *values[i]);
}

Result<std::string> user_file(int root_fd, const char* path) {
    auto text = base::read_file(root_fd, path, kMaxUserFile, base::Resolve::kInRoot);
    if (!text && text.error().code() == ErrorCode::kNotFound) return std::string{};
    return text;
}

Result<std::uint32_t> group_id(const std::string& text, std::string_view group) {
    if (const auto id = base::group_by_name(group, text)) return *id;
    if (const auto number = TRY(base::numeric_id(text))) return *number;
    if (text == "root") return 0U;
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("group \"{}\" is not in the app's /etc/group", text)};
}

}  // namespace

Result<CommandUser> find_user(const std::string& text, std::string_view passwd,
                              std::string_view group) {
    const auto colon = text.find(':');
    const std::string name = text.substr(0, colon);
    auto entry = base::passwd_by_name(passwd, name);
    const auto number = entry ? std::optional{entry->uid} : TRY(base::numeric_id(name));
    if (!entry && number) entry = base::passwd_by_uid(passwd, *number);
    if (!entry && !number && name != "root")
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("user \"{}\" is not in the app's /etc/passwd", name)};
    CommandUser user{number.value_or(0), 0, {}, {}, "/", "/bin/sh"};
    if (entry) {
        user.gid = entry->gid;
        user.groups = base::groups_of(group, entry->name);
        user.name = entry->name;
        if (!entry->home.empty()) user.home = entry->home;
        if (!entry->shell.empty()) user.shell = entry->shell;
    }
    if (colon == std::string::npos) return user;
    user.gid = TRY(group_id(text.substr(colon + 1), group));
    user.groups.clear();
    return user;
}

Result<CommandUser> read_user(const std::string& text, int root_fd) {
    const auto passwd = TRY(user_file(root_fd, "etc/passwd"));
    const auto group = TRY(user_file(root_fd, "etc/group"));
    return find_user(text, passwd, group);
}

plan::AppPlan command_plan(plan::AppPlan app, const CommandOptions& options,
                           const std::optional<CommandUser>& user,
                           const std::optional<plan::TerminalRequest>& terminal) {
    app.argv = options.command.empty() ? any_shell() : options.command;
    app.notify = false;
    app.stdio_links = false;
    app.make_working_directory = false;
    if (!options.working_directory.empty()) app.working_directory = options.working_directory;
    if (options.privileged) lift_confinement(app);
    if (user) become(app, *user);
    if (terminal) set_variable(app, "TERM", terminal->type);
    for (const auto& [name, value] : options.environment)
        set_variable(app, name, value);
    return app;
}

}  // namespace podd::stage1
