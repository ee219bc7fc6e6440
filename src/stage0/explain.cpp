// SPDX-License-Identifier: LGPL-2.1-or-later
#include "explain.h"

#include <cstdlib>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/journal.h"
#include "base/message_ids.h"
#include "pod/manifest_files.h"
#include "pod/taken_ports.h"
#include "unit/names.h"

namespace podd::stage0 {

namespace {

std::vector<std::string> taken_ports(const std::string& pod) {
    // What is not declared is podd's to explain: it has the manifest.
    const auto manifest = pod::find_manifest(pod, pod::manifest_search());
    if (!manifest) return {};
    return pod::taken_ports(manifest->pod.manifest, pod::held_ports(pod));
}

// Which of its sockets it is. Source: systemd.exec(5), "MONITOR_UNIT".
std::string no_reason() {
    const char* unit = std::getenv("MONITOR_UNIT");
    const std::string name = unit == nullptr ? "a socket of its" : unit;
    return fmt::format(
        "{} does not listen: is its port taken by another program? 'ss -ltunp' shows who listens",
        name);
}

}  // namespace

void explain(const std::string& pod) {
    const auto taken = taken_ports(pod);
    const auto why = taken.empty() ? no_reason() : fmt::format("{}", fmt::join(taken, "; "));
    base::log_entry({base::LogLevel::kError,
                     message_id::kPodStartFailed,
                     fmt::format("pod \"{}\": {}", pod, why),
                     unit::sandbox_name(pod),
                     {{"POD_NAME", pod}}});
}

}  // namespace podd::stage0
