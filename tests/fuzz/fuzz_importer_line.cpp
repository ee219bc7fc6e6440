// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a line that the importer says to podd.
#include <cstddef>
#include <cstdint>

#include "daemon/import_options.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)podd::daemon::importer_line({reinterpret_cast<const char*>(data), size}).has_value();
    return 0;
}
