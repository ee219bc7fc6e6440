// SPDX-License-Identifier: LGPL-2.1-or-later
// polkit's answer on one action, asked over the bus and not waited for.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/pinned.h"
#include "base/result.h"
#include "client/sdbus_compat.h"

namespace podd::client {

enum class Interaction : unsigned char { kNo, kYes };

class Polkit : private base::Pinned {
public:
    explicit Polkit(sdbus::IConnection& bus);

    /// Whether the peer with that unique bus name may do `action`. Success is a yes; every no is
    /// kDenied and names the action. Source: polkit Reference Manual,
    /// org.freedesktop.PolicyKit1.Authority.CheckAuthorization.
    void check(const std::string& unique_name, const std::string& action,
               const std::map<std::string, std::string>& details, Interaction interaction,
               std::function<void(base::Result<>)> done) const;

private:
    std::unique_ptr<sdbus::IProxy> proxy_;
};

}  // namespace podd::client
