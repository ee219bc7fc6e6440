// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/process_limit.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/number.h"
#include "schema/json_node.h"

namespace podd::schema {

using base::Result;

namespace {

constexpr std::uint64_t kNone = UINT64_MAX;

struct Known {
    std::string_view name;
    std::string_view key;
    bool size;
};
constexpr std::array kKnown{
    Known{"as", "LimitAS", true},
    Known{"core", "LimitCORE", true},
    Known{"cpu", "LimitCPU", false},
    Known{"data", "LimitDATA", true},
    Known{"fsize", "LimitFSIZE", true},
    Known{"locks", "LimitLOCKS", false},
    Known{"memlock", "LimitMEMLOCK", true},
    Known{"msgqueue", "LimitMSGQUEUE", true},
    Known{"nice", "LimitNICE", false},
    Known{"nofile", "LimitNOFILE", false},
    Known{"nproc", "LimitNPROC", false},
    Known{"rss", "LimitRSS", true},
    Known{"rtprio", "LimitRTPRIO", false},
    Known{"rttime", "LimitRTTIME", false},
    Known{"sigpending", "LimitSIGPENDING", false},
    Known{"stack", "LimitSTACK", true},
};

const Known* find(std::string_view name) {
    const auto* const found = std::find_if(kKnown.begin(), kKnown.end(),
                                           [&](const Known& one) { return one.name == name; });
    return found == kKnown.end() ? nullptr : found;
}

std::optional<std::uint64_t> parse_one(std::string_view text, bool size) {
    if (text == "infinity") return kNone;
    constexpr std::string_view kSuffixes = "KMGT";
    unsigned shift = 0;
    if (size && !text.empty())
        if (const auto at = kSuffixes.find(text.back()); at != std::string_view::npos) {
            shift = 10 * (static_cast<unsigned>(at) + 1);
            text.remove_suffix(1);
        }
    const auto number = base::parse_number<std::uint64_t>(text);
    if (!number || *number >= kNone >> shift) return std::nullopt;
    return *number << shift;
}

}  // namespace

std::string limit_key(std::string_view name) {
    const auto* known = find(name);
    return known == nullptr ? std::string{} : std::string{known->key};
}

Result<ProcessLimit> process_limit(std::string_view name, std::string_view text) {
    const auto* known = find(name);
    if (known == nullptr) return found_wanted(quoted(name), "the name of a resource limit");
    const auto colon = text.find(':');
    const auto soft = parse_one(text.substr(0, colon), known->size);
    const auto hard =
        colon == std::string_view::npos ? soft : parse_one(text.substr(colon + 1), known->size);
    if (!soft || !hard)
        return found_wanted(quoted(text),
                            known->size ? "a size such as \"64M\", \"infinity\", or two of them as "
                                          "\"SOFT:HARD\""
                                        : "a number, \"infinity\", or two of them as "
                                          "\"SOFT:HARD\"");
    if (*soft > *hard) return found_wanted(quoted(text), "a soft limit within the hard one");
    return ProcessLimit{std::string{known->key}, *soft, *hard};
}

Result<std::uint32_t> parse_umask(std::string_view text) {
    std::uint32_t mask = 0;
    const bool good =
        !text.empty() && text.size() <= 4 && std::all_of(text.begin(), text.end(), [&](char c) {
            mask = mask * 8 + static_cast<std::uint32_t>(c - '0');
            return c >= '0' && c <= '7';
        });
    if (!good || mask > 0777)
        return found_wanted(quoted(text), "octal permissions such as \"0027\"");
    return mask;
}

}  // namespace podd::schema
