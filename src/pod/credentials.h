// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether systemd will find the credentials of an app.
#pragma once

#include <string>
#include <vector>

#include "schema/annotations.h"

namespace podd::pod {

struct CredentialProblem {
    bool is_fatal = false;   // systemd refuses the start, else the app has the others only
    bool encrypted = false;  // which of the two annotations it stands in
    std::string message;
};
std::vector<CredentialProblem> credential_problems(const schema::AppSettings& settings);

}  // namespace podd::pod
