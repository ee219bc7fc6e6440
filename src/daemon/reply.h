// SPDX-License-Identifier: LGPL-2.1-or-later
// The answer that is owed to a caller, kept while others are asked.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "base/log.h"
#include "base/pinned.h"
#include "base/result.h"
#include "client/bus_error.h"
#include "daemon/activity.h"

namespace podd::daemon {

/// Copyable, because std::function wants its callables so; the service stays as long as one exists.
/// A caller whose reply is lost on the way is told so, too.
template <typename... Values>
class Reply {
public:
    Reply(sdbus::Result<Values...>&& reply, Activity& activity)
        : owed_{std::make_shared<Owed>(std::move(reply), activity.hold())} {}

    void ok(const Values&... values) const {
        send([&] { owed_->reply.returnResults(values...); });
    }
    void fail(const base::Error& error) const { owed_->fail(error); }
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
    struct Owed : private base::Pinned {
        Owed(sdbus::Result<Values...>&& owed, Activity::Token held)
            : reply{std::move(owed)}, token{std::move(held)} {}
        ~Owed() {
            if (!sent) fail({base::ErrorCode::kInternal, "the call got lost inside podd"});
        }
        void fail(const base::Error& error) {
            send_once([&] { reply.returnError(client::to_bus_error(error)); });
        }
        template <typename Step>
        void send_once(Step step) {
            if (std::exchange(sent, true)) return;
            if (const auto done = client::guarded(step); !done)
                base::log_line(base::LogLevel::kWarning,
                               "cannot answer a call: " + done.error().message());
        }
        sdbus::Result<Values...> reply;
        Activity::Token token;
        bool sent = false;
    };
    template <typename Step>
    void send(Step step) const {
        owed_->send_once(step);
    }
    std::shared_ptr<Owed> owed_;
};

}  // namespace podd::daemon
