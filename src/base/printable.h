// SPDX-License-Identifier: LGPL-2.1-or-later
// Text of unknown origin, for people.
#pragma once

#include <string>
#include <string_view>

namespace podd::base {

/// Text from images, manifests and logs with everything escaped that a terminal would obey or that
/// would reorder a line: control characters, bytes that are no UTF-8, bidirectional overrides.
std::string printable(std::string_view text);

/// A word for a shell: what is not plain stands in single quotes, where it is taken as it is.
std::string shell_word(std::string_view word);

}  // namespace podd::base
