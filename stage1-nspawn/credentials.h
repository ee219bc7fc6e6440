// SPDX-License-Identifier: LGPL-2.1-or-later
// What systemd gives an app's unit by LoadCredential= and its like, passed on to the app. Source:
// systemd.exec(5), "Credentials".
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "plan/plan.h"

namespace podd::stage1 {

inline constexpr const char* kCredentialsVariable = "CREDENTIALS_DIRECTORY";
/// What an app finds in that variable.
inline constexpr const char* kCredentialsFolder = "/dev/podd-credentials";

class Credentials {
public:
    /// Those of this process; most apps have none. To be called where the host's tree is seen, as
    /// of_unit().
    static base::Result<Credentials> own();
    /// Those of a unit that runs.
    static base::Result<Credentials> of_unit(const std::string& unit);

    bool any() const { return static_cast<bool>(directory_); }
    /// Copies them into a file system of the caller's own that is never swapped out, at
    /// kCredentialsFolder. To be called at the app's root, in the host's user namespace.
    base::Result<> place(const plan::PodPlan& pod, const plan::AppPlan& app) const;

private:
    base::UniqueFd directory_;
};

}  // namespace podd::stage1
