// SPDX-License-Identifier: LGPL-2.1-or-later
// The answer that is owed to a caller, kept while others are asked.
#pragma once

#include <memory>
#include <utility>

#include "base/log.h"
#include "base/result.h"
#include "client/bus_error.h"
#include "daemon/activity.h"

namespace podd::daemon {

/// Copyable, because std::function wants its callables so; the service stays as long as one exists.
template <typename... Values>
class Reply {
public:
    Reply(sdbus::Result<Values...>&& reply, Activity& activity)
        : reply_{std::make_shared<sdbus::Result<Values...>>(std::move(reply))},
          token_{activity.hold()} {}

    void ok(const Values&... values) const {
        sent([&] { reply_->returnResults(values...); });
    }
    void fail(const base::Error& error) const {
        sent([&] { reply_->returnError(client::to_bus_error(error)); });
    }
    /// The value or the error.
    template <typename T>
    void answer(const base::Result<T>& result) const {
        if (!result) return fail(result.error());
        if constexpr (std::is_void_v<T>)
            ok();
        else
            ok(*result);
    }

private:
    template <typename Step>
    static void sent(Step step) {
        if (const auto done = client::guarded(step); !done)
            base::log_line(base::LogLevel::kWarning,
                           "cannot answer a call: " + done.error().message());
    }
    std::shared_ptr<sdbus::Result<Values...>> reply_;
    Activity::Token token_;
};

}  // namespace podd::daemon
