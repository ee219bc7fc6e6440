// SPDX-License-Identifier: LGPL-2.1-or-later
// The service manager keeps the pods' descriptors while the service is restarted, or has crashed.
// Source: FileDescriptorStoreMax= in systemd.service(5), sd_pid_notify_with_fds(3).
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "offer.h"

namespace podd::metadata_service {

/// What the manager has passed to this process.
struct PassedFds {
    base::UniqueFd socket;                // where pods are offered
    std::map<std::string, Offer> offers;  // by uuid; one may lack a part
};

/// Errors: kIo; kUnavailable when the socket is not among them.
base::Result<PassedFds> passed_fds();

/// Errors: kIo.
base::Result<> keep(const std::string& uuid, const Offer& offer);
void forget(const std::string& uuid);

}  // namespace podd::metadata_service
