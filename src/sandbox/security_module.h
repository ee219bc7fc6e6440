// SPDX-License-Identifier: LGPL-2.1-or-later
// Which security modules this host runs, and whether they know a label.
#pragma once

#include <string_view>

#include "base/result.h"

namespace podd::sandbox {

/// Errors: kUnsupported.
base::Result<> check_apparmor();
base::Result<> check_selinux();

/// The refusal of a profile that AppArmor does not know: kNotFound.
base::Error profile_not_loaded(std::string_view profile);
/// Whether the kernel's list of profiles has it; yes where nobody may read that list. Errors: those
/// above.
base::Result<> check_profile(std::string_view profile);
/// `list`: lines "NAME (MODE)". Yes for what only the kernel can judge. Source: apparmor(7),
/// /sys/kernel/security/apparmor/profiles.
bool lists_profile(std::string_view list, std::string_view profile);

}  // namespace podd::sandbox
