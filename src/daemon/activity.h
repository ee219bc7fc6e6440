// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether anybody still needs the service: it leaves when idle for half a minute and comes back
// with the next call.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "base/result.h"

namespace podd::daemon {

class Activity : private base::Pinned {
public:
    /// Held by whatever is under way.
    using Token = std::shared_ptr<void>;

    static constexpr std::uint64_t kIdleUsec = 30'000'000;

    Activity() = default;
    ~Activity();

    /// `idle` is called each time nobody has needed the service for `idle_usec`.
    base::Result<> start(sd_event* event, std::function<void()> idle,
                         std::uint64_t idle_usec = kIdleUsec);

    Token hold();
    bool busy() const { return held_ > 0 || !subscribers_.empty(); }

    /// False when that peer is (not) subscribed already.
    bool subscribe(const std::string& peer);
    bool unsubscribe(const std::string& peer);

private:
    static int on_idle(sd_event_source* source, std::uint64_t, void* self);
    void released();
    void arm();

    std::function<void()> idle_;
    std::uint64_t idle_usec_ = kIdleUsec;
    sd_event_source* timer_ = nullptr;
    std::size_t held_ = 0;
    std::set<std::string> subscribers_;
};

}  // namespace podd::daemon
