// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages signed with a key that nobody else has. In the library base_hash, as the digests.
#pragma once

#include <string>
#include <string_view>

namespace podd::base {

/// 64 bytes. Source: RFC 2104.
std::string hmac_sha512(std::string_view key, std::string_view message);

/// Takes the same time wherever two texts of one length differ.
bool equal_secrets(std::string_view a, std::string_view b);

}  // namespace podd::base
