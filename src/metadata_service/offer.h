// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pod brings when it starts, and what is kept for as long as it runs.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "metadata/served_pod.h"

namespace podd::metadata_service {

struct Offer {
    base::UniqueFd listener;  // in the pod's network
    base::UniqueFd process;   // pidfd of the pod's PID 1
    base::UniqueFd record;    // plan/metadata_record.h
};

/// The one message of a connection to the service's own socket. Errors: kDenied: not from root;
/// kInvalidArgument: anything but an offer; kIo.
base::Result<Offer> receive_offer(int connection);

/// Errors: as read_all(), parse_metadata_record(), served_pod(); kInvalidArgument for a listener
/// that is none.
base::Result<metadata::ServedPod> pod_of(const Offer& offer);

}  // namespace podd::metadata_service
