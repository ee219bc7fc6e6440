// SPDX-License-Identifier: LGPL-2.1-or-later
// What a command of the administrator's in an app has as the app has it, and what of its own.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "plan/enter.h"
#include "plan/plan.h"

namespace podd::stage1 {

struct CommandOptions {
    bool privileged = false;
    std::string user;                                              // USER[:GROUP]; empty: the app's
    std::vector<std::pair<std::string, std::string>> environment;  // beside the app's
    std::string working_directory;                                 // empty: the app's
    std::vector<std::string> command;                              // empty: a shell
};

/// Who a command runs as, when not as the app.
struct CommandUser {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::vector<std::uint32_t> groups;
    std::string name;  // empty: passwd does not know the number
    std::string home;
    std::string shell;
};

/// As docker has it for "USER[:GROUP]": names of these two files, or numbers; a number that passwd
/// does not know is of group 0; a group that is named is the only one. Errors: kInvalidArgument.
base::Result<CommandUser> find_user(const std::string& text, std::string_view passwd,
                                    std::string_view group);

/// `root_fd` is the app's root. Errors: as above, and kIo.
base::Result<CommandUser> read_user(const std::string& text, int root_fd);

/// The app's plan with what is the command's own; `user` where another one than the app's is asked
/// for, `terminal` where it has one.
plan::AppPlan command_plan(plan::AppPlan app, const CommandOptions& options,
                           const std::optional<CommandUser>& user,
                           const std::optional<plan::TerminalRequest>& terminal);

}  // namespace podd::stage1
