// SPDX-License-Identifier: LGPL-2.1-or-later
// A command in an app, as the transient service that runs it; pure but for the look at a socket.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/journal.h"
#include "base/result.h"
#include "client/systemd.h"

namespace podd::daemon {

struct EnterOrder {
    std::string pod;
    std::string app;
    std::string app_unit;
    std::vector<std::string> command;  // empty: a shell
    bool privileged = false;
};

/// The "options" of App.Enter(). Errors: kInvalidArgument: one that is not known, another type.
base::Result<bool> wants_privileges(const std::map<std::string, sdbus::Variant>& options);

/// Errors: kInvalidArgument: more than one argument list can hold, or an empty program.
base::Result<> check_command(const std::vector<std::string>& command);

/// The command as one line, from which no other command has the same: words that are not plain
/// stand in quotes. For polkit's rules, and for people.
std::string command_text(const std::vector<std::string>& command);

/// Whether `fd` is a socket that can be spoken over as plan/enter.h says. Errors: kInvalidArgument.
base::Result<> check_control_socket(int fd);

/// "podd-enter-….service", each time another.
base::Result<std::string> enter_unit();

/// Its standard input, which is missing, is that socket.
client::BusProperties enter_service(const EnterOrder& order);

/// Who got around an app's confinement, and with what.
base::JournalEntry privileged_entry(const EnterOrder& order, uid_t user);

}  // namespace podd::daemon
