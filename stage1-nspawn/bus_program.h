// SPDX-License-Identifier: LGPL-2.1-or-later
// What needs the system bus: the machine's entry with systemd-machined, limits, a reboot.
// Short-lived programs speak to it: they alone link libsystemd, and they start up while the sandbox
// is being built.
#pragma once

#include <string>
#include <string_view>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::stage1 {

/// A running program that speaks to the bus.
class BusProgram {
public:
    /// `argv`: the program's name in the flavor's folder first, nullptr last.
    static base::Result<BusProgram> start(const char* const* argv);
    BusProgram(BusProgram&&) = default;
    BusProgram& operator=(BusProgram&&) = default;
    ~BusProgram();

    /// One line on its standard input. Not heard when it has failed: finish() tells why.
    void say(std::string_view line);
    /// Waits for its end. Errors: kConflict with what it has said.
    base::Result<> finish();

private:
    BusProgram(const char* name, pid_t pid, base::UniqueFd input, base::UniqueFd output)
        : name_{name}, pid_{pid}, input_{std::move(input)}, output_{std::move(output)} {}

    const char* name_;
    pid_t pid_;
    base::UniqueFd input_;
    base::UniqueFd output_;  // its error message; open as long as it was not waited for
};

/// Registers machine `name`; it waits for the pid of the pod's first process as a line.
base::Result<BusProgram> start_registration(const std::string& name, const std::string& uuid);
/// Takes a pod's entry away; no entry is success.
base::Result<> remove_registration(const std::string& name);
/// Queues the start of a unit that is ending.
base::Result<> start_unit(const std::string& unit);

/// Makes the timer of an app's health check, which waits until the app is started.
base::Result<BusProgram> start_health(const std::string& pod, const std::string& app);

/// Sets the limits that the images of a pod's apps ask for.
base::Result<BusProgram> start_limits(const std::string& pod);
/// Takes them away, after the pod has ended.
base::Result<> reset_limits(const std::string& pod);

}  // namespace podd::stage1
