// SPDX-License-Identifier: LGPL-2.1-or-later
// The networks of a pod that plugins make: a program of its own calls those.
#pragma once

#include <string>
#include <utility>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "network/cni_reply.h"

namespace podd::stage1 {

class NamedNetworks {
public:
    /// In the host's namespaces, in which plugins run. It reads its part of the plan meanwhile.
    static base::Result<NamedNetworks> start(const std::string& pod);
    NamedNetworks(NamedNetworks&&) = default;
    NamedNetworks& operator=(NamedNetworks&&) = default;
    ~NamedNetworks();

    /// Asks for the interfaces of a pod whose first process is `pidfd`.
    base::Result<> ask(int proc_fd, int pidfd);
    /// Waits until they are there. Errors: kConflict with what the program says; kUnavailable.
    base::Result<network::CniReply> finish();

private:
    NamedNetworks(pid_t pid, base::UniqueFd socket) : pid_{pid}, socket_{std::move(socket)} {}

    pid_t pid_;
    base::UniqueFd socket_;  // open as long as it was not waited for
};

/// Takes everything back that plugins hold for the pod. Where the program that calls them is
/// killed, the plugin ends what it has begun, and the program is run once more. Waits for all
/// children of this process then.
base::Result<> remove_named_networks(const std::string& pod);

}  // namespace podd::stage1
