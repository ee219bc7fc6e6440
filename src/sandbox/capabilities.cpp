// SPDX-License-Identifier: LGPL-2.1-or-later
#include "sandbox/capabilities.h"

#include <algorithm>

#include <fmt/format.h>

#include <linux/capability.h>
#include <sys/capability.h>

namespace podd::sandbox {

namespace {

constexpr std::uint64_t bit(int number) {
    return std::uint64_t{1} << number;
}

constexpr std::uint64_t kDefault = bit(CAP_AUDIT_WRITE) | bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) |
                                   bit(CAP_FSETID) | bit(CAP_FOWNER) | bit(CAP_KILL) |
                                   bit(CAP_MKNOD) | bit(CAP_NET_RAW) | bit(CAP_NET_BIND_SERVICE) |
                                   bit(CAP_SETUID) | bit(CAP_SETGID) | bit(CAP_SETPCAP) |
                                   bit(CAP_SETFCAP) | bit(CAP_SYS_CHROOT);

constexpr char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::uint64_t default_capabilities() {
    return kDefault;
}

base::Result<std::uint64_t> capability_bit(std::string_view name) {
    // libcap also takes plain numbers, lower case and trailing blanks; appc does not.
    const bool strict =
        name.starts_with("CAP_") && std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
        });
    std::string text{name};
    std::transform(text.begin(), text.end(), text.begin(), lower);
    cap_value_t number = -1;
    if (!strict || ::cap_from_name(text.c_str(), &number) != 0)
        return base::Error{base::ErrorCode::kInvalidArgument,
                           fmt::format("\"{}\" is no capability that is known here", name)};
    return bit(number);
}

base::Result<std::uint64_t> capability_mask(const std::vector<std::string>& names) {
    std::uint64_t mask = 0;
    for (const auto& name : names)
        mask |= TRY(capability_bit(name));
    return mask;
}

std::vector<std::string> capability_names(std::uint64_t mask) {
    std::vector<std::string> names;
    for (int number = 0; number < 64; ++number) {
        if ((mask & bit(number)) == 0) continue;
        char* name = ::cap_to_name(number);
        std::string text = name == nullptr ? fmt::format("{}", number) : name;
        (void)::cap_free(name);
        std::transform(text.begin(), text.end(), text.begin(), [](char c) {
            return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        });
        names.push_back(std::move(text));
    }
    return names;
}

}  // namespace podd::sandbox
