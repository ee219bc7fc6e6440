// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes: parse() must answer, and what it accepts must survive being written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using podd::base::Json;
    const auto first = Json::parse({reinterpret_cast<const char*>(data), size});
    if (!first) return 0;
    const auto again = Json::parse(first->str(2), {.max_bytes = SIZE_MAX});
    if (!again || again->str() != first->str()) std::abort();
    return 0;
}
