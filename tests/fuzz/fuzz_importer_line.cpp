// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as a line that the importer, the fetcher or the verifier says to podd.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/aci_lines.h"
#include "daemon/verifier_unit.h"
#include "daemon/worker_lines.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view line{reinterpret_cast<const char*>(data), size};
    (void)podd::daemon::importer_line(line).has_value();
    (void)podd::daemon::fetcher_line(line).has_value();
    (void)podd::daemon::manifest_line(line).has_value();
    (void)podd::daemon::fetched_keys(line).has_value();
    (void)podd::daemon::inspected_files(line).has_value();
    (void)podd::daemon::inspected_keys(line).has_value();
    (void)podd::daemon::good_signature(line).has_value();
    return 0;
}
