// SPDX-License-Identifier: LGPL-2.1-or-later
// A cgroup of its own beneath an app's unit, for one command: the unit's limits and device policy
// hold in it, and everything that the command starts can be ended with it.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::stage1 {

class CommandCgroup {
public:
    /// Errors: kNotFound: the unit ended.
    static base::Result<CommandCgroup> make(const std::string& unit_cgroup);
    CommandCgroup(CommandCgroup&&) = default;
    CommandCgroup& operator=(CommandCgroup&&) = default;
    ~CommandCgroup();  // as end()

    /// For CLONE_INTO_CGROUP.
    int fd() const { return cgroup_.get(); }
    /// In a child: closes what leads to the host's files, and leaves the cgroup to the caller.
    void forget();
    /// Kills all that is in it.
    void kill() const;
    /// That, waits until they are gone, and removes it.
    void end();

private:
    CommandCgroup(base::UniqueFd parent, std::string name, base::UniqueFd cgroup)
        : parent_{std::move(parent)}, name_{std::move(name)}, cgroup_{std::move(cgroup)} {}
    void await_empty() const;

    base::UniqueFd parent_;
    std::string name_;
    base::UniqueFd cgroup_;
};

}  // namespace podd::stage1
