// SPDX-License-Identifier: LGPL-2.1-or-later
// Hands a pod to the metadata service.
#pragma once

#include "base/result.h"
#include "leader.h"
#include "plan/plan.h"

namespace podd::stage1 {

/// Makes the listening socket at the loopback address of the pod and sends it to the service, with
/// the record in `pod_directory`. Nobody waits for an answer: whoever connects waits for the
/// service. Does nothing for a pod without. Errors: kUnavailable when the service does not run and
/// the manifest asks for it; kIo.
base::Result<> offer_metadata(const plan::PodPlan& pod, int pod_directory, const Leader& leader);

}  // namespace podd::stage1
