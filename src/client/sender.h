// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is behind a bus name. The bus driver's word of the moment when the peer connected: unlike
// what /proc says of a process id, it cannot change between check and act, and unique names are
// never used again.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include <sys/types.h>

#include "base/pinned.h"
#include "base/result.h"
#include "client/sdbus_compat.h"

namespace podd::client {

class BusDriver : private base::Pinned {
public:
    explicit BusDriver(sdbus::IConnection& bus);

    /// Effective user id of the peer. Errors: kUnavailable when it has left.
    void user_of(const std::string& unique_name,
                 std::function<void(base::Result<uid_t>)> done) const;

    /// `gone` is called with each unique name that leaves the bus.
    void on_peer_gone(std::function<void(const std::string&)> gone);

private:
    std::unique_ptr<sdbus::IProxy> proxy_;
    std::function<void(const std::string&)> gone_;
};

}  // namespace podd::client
