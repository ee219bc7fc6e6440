// SPDX-License-Identifier: LGPL-2.1-or-later
#include "explain.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/journal.h"
#include "base/message_ids.h"
#include "pod/manifest_files.h"
#include "pod/port_findings.h"
#include "unit/names.h"

namespace podd::stage0 {

namespace {

// Each once: ports of a range have one owner, mostly.
std::vector<std::string> owners_of_ports(const std::string& pod, const pod::Manifest& manifest) {
    std::vector<std::string> texts;
    const auto findings = pod::port_findings({pod, {}, manifest.pod.manifest}, {});
    for (const auto& taken : findings.taken)
        if (std::find(texts.begin(), texts.end(), taken.why) == texts.end())
            texts.push_back(taken.why);
    return texts;
}

}  // namespace

void explain(const std::string& pod) {
    // What is not declared is podd's to explain: it has the manifest.
    const auto manifest = pod::find_manifest(pod, pod::manifest_search());
    if (!manifest) return;
    const auto taken = owners_of_ports(pod, *manifest);
    const auto why = taken.empty()
                         ? fmt::format(
                               "a socket of it has failed: was its port taken by somebody, or "
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
