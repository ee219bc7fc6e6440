// SPDX-License-Identifier: LGPL-2.1-or-later
// A command in an app, as the transient service that runs it; pure but for the look at a socket.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "base/journal.h"
#include "base/result.h"
#include "client/systemd.h"
#include "daemon/enter_options.h"

namespace podd::daemon {

struct EnterOrder {
    std::string pod;
    std::string app;
    std::string app_unit;
    std::vector<std::string> command;  // empty: a shell
    EnterOptions options;
};

/// Errors: kInvalidArgument: more than one argument list can hold, or an empty program.
base::Result<> check_command(const EnterOrder& order);

/// Whether it takes org.podd1.enter-privileged: rights beyond the confinement, or those of another
/// user.
bool wants_privileges(const EnterOrder& order);

/// The command as one line, with its options before it, from which no other command has the same:
/// words that are not plain stand in quotes, and so does a program that looks like an option. For
/// polkit's rules, and for people.
std::string command_text(const EnterOrder& order);

/// Whether `fd` is a socket that can be spoken over as plan/enter.h says. Errors: kInvalidArgument.
base::Result<> check_control_socket(int fd);

/// "podd-enter-….service", each time another.
base::Result<std::string> enter_unit();

/// Its standard input, which is missing, is that socket.
client::BusProperties enter_service(const EnterOrder& order);

/// Who had other rights than the app, and with what.
base::JournalEntry privileged_entry(const EnterOrder& order, uid_t user);

}  // namespace podd::daemon
