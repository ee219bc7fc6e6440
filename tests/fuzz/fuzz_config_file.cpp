// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a configuration file of the administrator's.
#include <cstddef>
#include <cstdint>

#include "base/config_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)podd::base::parse_config({reinterpret_cast<const char*>(data), size}).has_value();
    return 0;
}
