// SPDX-License-Identifier: LGPL-2.1-or-later
// The records that podd-network.service keeps of the pods with a link, as they are now.
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"
#include "resolve/pods.h"

namespace podd::resolve_service {

class PodRecords {
public:
    /// `folder` need not be there yet. Errors: kIo.
    static base::Result<PodRecords> open(std::string folder);

    /// Reads them again if one has been written or removed since the last call. One that cannot be
    /// read is left out, and the log says so.
    const resolve::Pods& now();

private:
    bool is_changed();
    void read();

    std::string folder_;
    base::UniqueFd changes_;  // of inotify(7)
    bool watched_ = false;    // the folder was there
    resolve::Pods pods_;
};

/// Whether the pod's link is still there: a pod that was killed with all that belongs to it leaves
/// a record.
bool is_live(const network::Connection& pod);

}  // namespace podd::resolve_service
