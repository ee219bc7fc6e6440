// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether what once made an image acceptable still does.
#pragma once

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

/// Which of the two stays when an image comes a second time: a rule or a key may go, but that
/// somebody gave podd these very bytes, or named them, stays true.
Verification stronger(const Verification& old, const Verification& fresh);

}  // namespace podd::store
