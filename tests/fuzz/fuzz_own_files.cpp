// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a file that podd itself writes, in the store or as a plan: what is taken is written
// again and read back as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"
#include "plan/metadata_record.h"
#include "plan/plan.h"
#include "store/record.h"

namespace {

using podd::base::Json;

template <typename Read>
void round_trip(const Json& json, Read read) {
    const auto first = read(json);
    if (!first) return;
    const auto written = to_json(*first);
    const auto again = read(written);
    if (!again || to_json(*again).str() != written.str()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace podd;
    const auto json = Json::parse({reinterpret_cast<const char*>(data), size});
    if (!json) return 0;
    round_trip(*json, store::image_record);
    round_trip(*json, store::ref_record);
    round_trip(*json, plan::pod_plan);
    round_trip(*json, plan::app_plan);
    round_trip(*json, plan::sandbox_record);
    round_trip(*json, plan::metadata_record);
    return 0;
}
