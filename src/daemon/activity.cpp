// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/activity.h"

#include <ctime>

namespace podd::daemon {

Activity::~Activity() {
    sd_event_source_disable_unref(timer_);
}

base::Result<> Activity::start(sd_event* event, std::function<void()> idle,
                               std::uint64_t idle_usec) {
    idle_ = std::move(idle);
    idle_usec_ = idle_usec;
    const int r =
        sd_event_add_time_relative(event, &timer_, CLOCK_MONOTONIC, idle_usec_, 0, on_idle, this);
    if (r < 0) return base::errno_error("cannot set a timer", -r);
    return {};
}

Activity::Token Activity::hold() {
    ++held_;
    return {this, [](void* self) { static_cast<Activity*>(self)->released(); }};
}

void Activity::released() {
    if (--held_ == 0) arm();
}

bool Activity::subscribe(const std::string& peer) {
    return subscribers_.insert(peer).second;
}

bool Activity::unsubscribe(const std::string& peer) {
    const bool was = subscribers_.erase(peer) > 0;
    if (was) arm();
    return was;
}

// The timer runs always; what is under way only makes it fire in vain.
void Activity::arm() {
    if (timer_ == nullptr) return;
    if (sd_event_source_set_time_relative(timer_, idle_usec_) >= 0)
        static_cast<void>(sd_event_source_set_enabled(timer_, SD_EVENT_ONESHOT));
}

int Activity::on_idle(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
    auto& activity = *static_cast<Activity*>(self);
    if (!activity.busy()) activity.idle_();
    return 0;
}

}  // namespace podd::daemon
