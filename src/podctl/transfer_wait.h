// SPDX-License-Identifier: LGPL-2.1-or-later
// A transfer from the call that begins it to its end.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <tuple>

#include "base/result.h"
#include "podctl/manager.h"
#include "podctl/progress.h"

namespace podd::podctl {

/// Makes the call: number and object of the transfer.
using BeginTransfer = std::function<std::tuple<std::uint32_t, sdbus::ObjectPath>()>;

/// Shows how far it is and what is said of it; an interrupt cancels it. The id of the image that
/// it was about. Errors: those of the call and of the transfer.
base::Result<std::string> wait_for_transfer(Session& session, ProgressLine& line,
                                            const BeginTransfer& begin);

}  // namespace podd::podctl
