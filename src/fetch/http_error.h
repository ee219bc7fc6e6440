// SPDX-License-Identifier: LGPL-2.1-or-later
// What libcurl and servers say, in our words.
#pragma once

#include <string_view>

#include "base/error.h"
#include "fetch/http.h"

namespace podd::fetch {

/// `code` is a CURLcode, `detail` libcurl's text about it. kUnavailable where another try may help.
base::Error curl_error(int code, std::string_view detail, const Url& url);

/// The error that an answer is that is no success: kDenied (401, 403), kNotFound (404),
/// kUnavailable (429, 5xx), kUnsupported.
base::Error status_error(const HttpAnswer& answer);

/// What the registry itself says in a body of {"errors":[…]}, for people; empty where it says
/// nothing readable. Source: OCI distribution-spec, "Error Codes".
std::string registry_words(std::string_view body);

/// Retry-After in seconds; 0 where there is none.
unsigned retry_after(const HttpAnswer& answer);

}  // namespace podd::fetch
