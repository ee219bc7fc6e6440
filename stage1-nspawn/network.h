// SPDX-License-Identifier: LGPL-2.1-or-later
// The network "default" of a pod: podd-network.service makes and removes it, with fewer rights than
// a start has.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "network/message.h"
#include "plan/plan.h"

namespace podd::stage1 {

class NetworkService {
public:
    /// Wakes the service up: it starts while the sandbox is being built. Errors: kUnavailable.
    static base::Result<NetworkService> call();

    /// Asks for the network of a pod whose first process is `pidfd`.
    base::Result<> ask(const plan::PodPlan& pod, int proc_fd, int pidfd);
    /// Waits until it is there. Errors: kConflict with what the
    /// service says; kUnavailable.
    base::Result<network::Reply> finish();

private:
    explicit NetworkService(base::UniqueFd socket) : socket_{std::move(socket)} {}
    friend base::Result<> remove_network(const std::string& pod);

    base::UniqueFd socket_;
};

/// Takes all of it away; no network is success.
base::Result<> remove_network(const std::string& pod);

}  // namespace podd::stage1
