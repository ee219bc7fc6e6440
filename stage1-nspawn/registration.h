// SPDX-License-Identifier: LGPL-2.1-or-later
// The machine's entry with systemd-machined. A short-lived program speaks to it: it alone links
// libsystemd, and it starts up while the sandbox is being built.
#pragma once

#include <string>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::stage1 {

class Registration {
public:
    /// Starts the program; it waits for leader().
    static base::Result<Registration> start(const std::string& name, const std::string& uuid);
    Registration(Registration&&) = default;
    Registration& operator=(Registration&&) = default;
    ~Registration();

    /// Names the pod's first process. Not heard when the program has failed: finish() tells why.
    void leader(pid_t pid);
    /// Waits for machined's answer. Errors: kConflict for a machine of that name that is alive.
    base::Result<> finish();

    /// Takes a pod's entry away; no entry is success.
    static base::Result<> remove(const std::string& name);

private:
    Registration(pid_t pid, base::UniqueFd input, base::UniqueFd output)
        : pid_{pid}, input_{std::move(input)}, output_{std::move(output)} {}
    static base::Result<Registration> spawn(const char* const* argv);

    pid_t pid_;
    base::UniqueFd input_;
    base::UniqueFd output_;  // its error message; open as long as the program was not waited for
};

}  // namespace podd::stage1
