// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstddef>
#include <cstdint>

#include "fuzz/schema_properties.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    (void)podd::fuzz::pod_manifest({reinterpret_cast<const char*>(data), size});
    return 0;
}
