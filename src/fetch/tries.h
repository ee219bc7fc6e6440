// SPDX-License-Identifier: LGPL-2.1-or-later
// What may go better another time is tried again.
#pragma once

#include <functional>

#include "base/result.h"
#include "fetch/http.h"

namespace podd::fetch {

/// How often something is tried that may go better another time, and how long between.
class Backoff {
public:
    /// Milliseconds until the next try; negative when it is enough.
    int next_msec(unsigned retry_after_seconds);
    void reset() { tries_ = 0; }

private:
    int tries_ = 0;
};

void wait_msec(int msec);

/// Whatever the server answers in the end; `request` is made for each try. Errors: those of
/// HttpTransfer.
base::Result<HttpAnswer> get_patiently(Http& http, const std::function<HttpRequest()>& request);

}  // namespace podd::fetch
