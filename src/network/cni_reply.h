// SPDX-License-Identifier: LGPL-2.1-or-later
// What the program that calls plugins answers to a pod's start: one message; pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::network {

struct CniReply {
    std::string error;                      // empty: done
    std::vector<std::uint32_t> interfaces;  // of the host, that lead to the pod: their indices
    std::string resolv_conf;  // of the first network that names servers; empty: none does
    bool operator==(const CniReply&) const = default;
};

inline constexpr std::size_t kMaxCniReply = std::size_t{256} * 1024;

std::string to_text(const CniReply& reply);
/// Errors: kCorrupt.
base::Result<CniReply> parse_cni_reply(std::string_view text);

}  // namespace podd::network
