// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether this is a build with AddressSanitizer, whose runtime makes calls that no filter allows
// and has shadow memory that is larger than any limit.
#pragma once

namespace podd::base {

#if defined(__has_feature)
#define PODD_HAS_FEATURE(feature) __has_feature(feature)
#else
#define PODD_HAS_FEATURE(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || PODD_HAS_FEATURE(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif
#undef PODD_HAS_FEATURE

}  // namespace podd::base
