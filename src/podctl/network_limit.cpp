// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/network_limit.h"

#include <fmt/format.h>

#include <unistd.h>

#include "network/shaping.h"
#include "podctl/human.h"

namespace podd::podctl {

std::string pod_limits_text(const std::string& pod, const GroupLimits& group,
                            const std::vector<AskedLimit>& asked, const std::string& interfaces) {
    auto text = limits_text(group);
    for (const AskedLimit& one : asked) {
        if (one.property != "NetworkBandwidth") continue;
        const auto path = fmt::format("{}/{}", interfaces, network::shaping_name(pod));
        if (::access(path.c_str(), F_OK) < 0) continue;
        text += fmt::format("{}network {}/s each way", text.empty() ? "" : ", ",
                            human_bytes(one.number));
    }
    return text;
}

}  // namespace podd::podctl
