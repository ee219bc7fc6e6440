// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/timezone.h"

#include <fmt/format.h>

#include "base/file.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMaxZone = 65536;

// Source: tzfile(5).
constexpr std::string_view kMagic = "TZif";

}  // namespace

Result<std::string> time_zone_file(const std::string& zone) {
    const auto path = zone == "local" ? std::string{"/etc/localtime"}
                                      : fmt::format("/usr/share/zoneinfo/{}", zone);
    const auto text = base::read_file(path, kMaxZone);
    if (text && text->starts_with(kMagic)) return path;
    return Error{text ? ErrorCode::kInvalidArgument : text.error().code(),
                 fmt::format("annotation \"podd.org/timezone\": found \"{}\", wanted a zone that "
                             "this host knows: {} {}; 'timedatectl list-timezones' lists them, "
                             "Debian's package tzdata has them",
                             zone, path, text ? "describes none" : "cannot be read")};
}

}  // namespace podd::pod
