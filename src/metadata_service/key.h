// SPDX-License-Identifier: LGPL-2.1-or-later
// The key of this host's signatures.
#pragma once

#include <string>

#include "base/result.h"

namespace podd::metadata_service {

/// Read from the service's state directory; made at the first start. Errors: kCorrupt: what is
/// there is no key; kIo.
base::Result<std::string> signing_key(const std::string& state_directory);

}  // namespace podd::metadata_service
