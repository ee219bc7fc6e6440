// SPDX-License-Identifier: LGPL-2.1-or-later
// Writing the administrator's half of the key store.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "trust/keys.h"

namespace podd::trust {

/// Keeps the key for names that begin with `prefix`, or for all; the path of its file. Takes the
/// place of an earlier one. Errors: kIo.
base::Result<std::string> trust_key(std::string_view fingerprint, std::string_view prefix,
                                    std::string_view armored,
                                    const KeyDirectories& directories = {});

/// Takes that back. A file of the vendor's stays, masked by an empty one. Errors: kNotFound: it was
/// not trusted there.
base::Result<> distrust_key(std::string_view fingerprint, std::string_view prefix,
                            const KeyDirectories& directories = {});

}  // namespace podd::trust
