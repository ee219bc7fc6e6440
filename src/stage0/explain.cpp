// SPDX-License-Identifier: LGPL-2.1-or-later
#include "explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/journal.h"
#include "base/message_ids.h"
#include "pod/manifest_files.h"
#include "pod/taken_ports.h"
#include "unit/names.h"

namespace podd::stage0 {

void explain(const std::string& pod) {
    // What is not declared is podd's to explain: it has the manifest.
    const auto manifest = pod::find_manifest(pod, pod::manifest_search());
    if (!manifest) return;
    const auto taken = pod::taken_ports(manifest->pod.manifest, pod::held_ports(pod));
    const auto why =
        taken.empty() ? fmt::format(
                            "a socket of it has failed: is its port taken by another program, or "
                            "has it started the pod too often? 'podctl status {}' shows which",
                            pod)
                      : fmt::format("{}", fmt::join(taken, "; "));
    base::log_entry({base::LogLevel::kError,
                     message_id::kPodStartFailed,
                     fmt::format("pod \"{}\": {}", pod, why),
                     unit::sandbox_name(pod),
                     {{"POD_NAME", pod}}});
}

}  // namespace podd::stage0
