// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether what once made an image acceptable still does.
#pragma once

#include <string_view>

#include "base/result.h"
#include "store/reader.h"
#include "trust/policy.h"

namespace podd::store {

/// Looks for the key or reads the policy when the image was accepted because of it, and only then.
/// Errors: kUntrusted: the message names image and key or rule, and says what can be done; those of
/// Policy::read().
base::Result<> check_accepted(const ImageRecord& image);
/// What a policy has to say of it, and the keys where it was signed.
base::Result<> check_accepted(const ImageRecord& image, const trust::Policy& policy);

/// All that the image's root is made of as well: a dependency that is in the store as it was
/// accepted last, another as it was when it came. Errors: as above, saying which dependency it is
/// about.
base::Result<> check_accepted(const Reader& store, const ImageRecord& image);

/// Whether that key has signed the image or one that its root is made of.
bool is_signed_by(const Reader& store, const ImageRecord& image, std::string_view fingerprint);

/// Which of the two stays when an image comes a second time: a rule or a key may go, but that
/// somebody gave podd these very bytes, or named them, stays true.
Verification stronger(const Verification& old, const Verification& fresh);

}  // namespace podd::store
