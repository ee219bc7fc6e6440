// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/tries.h"

#include <algorithm>
#include <utility>

#include <poll.h>

#include "fetch/http_error.h"

namespace podd::fetch {

using base::ErrorCode;
using base::Result;

namespace {

constexpr int kTries = 4;
constexpr int kFirstMsec = 500;
constexpr unsigned kMostSeconds = 30;  // that anybody waits because a registry says so

}  // namespace

void wait_msec(int msec) {
    (void)::poll(nullptr, 0, msec);
}

int Backoff::next_msec(unsigned retry_after_seconds) {
    if (++tries_ >= kTries || retry_after_seconds > kMostSeconds) return -1;
    return std::max(kFirstMsec << (tries_ - 1), static_cast<int>(retry_after_seconds) * 1000);
}

Result<HttpAnswer> get_patiently(Http& http, const std::function<HttpRequest()>& request) {
    Backoff backoff;
    while (true) {
        auto answer = http.get(request());
        const auto code = answer ? status_error(*answer).code() : answer.error().code();
        if (code != ErrorCode::kUnavailable) return answer;
        const int msec = backoff.next_msec(answer ? retry_after(*answer) : 0);
        if (msec < 0) return answer;
        wait_msec(msec);
    }
}

}  // namespace podd::fetch
