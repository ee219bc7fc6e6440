// SPDX-License-Identifier: LGPL-2.1-or-later
// Signatures of pods: that the pod of a uuid has said something, checked by any other pod of the
// same host.
#pragma once

#include <string>
#include <string_view>

#include "metadata/form.h"
#include "metadata/request.h"

namespace podd::metadata {

inline constexpr std::size_t kKeyBytes = 64;

/// What the pod asks to be signed, as itself: the form has no say in that. The text is the
/// signature in base64, or why there is none.
Answer sign(std::string_view key, const ServedPod& pod, Form& form);

/// kOk: the pod of the form's uuid got this signature for this content; kForbidden: it did not.
Answer verify(std::string_view key, Form& form);

}  // namespace podd::metadata
