// SPDX-License-Identifier: LGPL-2.1-or-later
// stage0 explain POD: what podd-explain@POD.service runs when a socket of that pod did not open.
#pragma once

#include <string>

namespace podd::stage0 {

/// Says in the journal, as of the pod's own unit, who has the port.
void explain(const std::string& pod);

}  // namespace podd::stage0
