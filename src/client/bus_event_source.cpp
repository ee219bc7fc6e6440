// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/bus_event_source.h"

#include <cerrno>
#include <cstdint>
#include <exception>

#include <poll.h>

#include "base/pinned.h"
#include "client/sdbus_compat.h"

namespace podd::client {

namespace {

#if PODD_SDBUS_MAJOR >= 2

class Attached final : public BusEventSource, private base::Pinned {
public:
    Attached(sd_event* event, sdbus::IConnection& bus) : bus_{bus} {
        bus_.attachSdEventLoop(event, SD_EVENT_PRIORITY_NORMAL);
    }
    ~Attached() override { bus_.detachSdEventLoop(); }

private:
    sdbus::IConnection& bus_;
};

#else

// What sd_bus_attach_event() does inside libsystemd, done outside because 1.2 hides its sd_bus:
// before each poll, set the fd's events and the timer from the connection's wishes.
class Attached final : public BusEventSource, private base::Pinned {
public:
    explicit Attached(sdbus::IConnection& bus) : bus_{bus} {}
    ~Attached() override {
        sd_event_source_disable_unref(io_);
        sd_event_source_disable_unref(timer_);
    }

    int start(sd_event* event) {
        const auto want = bus_.getEventLoopPollData();
        int r = sd_event_add_io(event, &io_, want.fd, static_cast<std::uint32_t>(want.events),
                                on_io, this);
        if (r < 0) return r;
        r = sd_event_source_set_prepare(io_, on_prepare);
        if (r < 0) return r;
        return sd_event_add_time(event, &timer_, CLOCK_MONOTONIC, UINT64_MAX, 1, on_time, this);
    }

private:
    // sd-event is C: nothing may be thrown through it.
    template <typename Step>
    static int guarded(sd_event_source* source, void* self, Step step) noexcept {
        int r = 0;
        try {
            r = step(*static_cast<Attached*>(self));
        } catch (const std::exception&) {
            r = -ECONNRESET;  // the bus is gone
        }
        // A handler's own error would only switch that source off: the program must end instead.
        if (r < 0) static_cast<void>(sd_event_exit(sd_event_source_get_event(source), r));
        return 0;
    }
    static int on_prepare(sd_event_source* source, void* self) {
        return guarded(source, self, [](Attached& s) { return s.follow_wishes(); });
    }
    static int on_io(sd_event_source* source, int, std::uint32_t, void* self) {
        return guarded(source, self, [](Attached& s) { return s.drain(); });
    }
    static int on_time(sd_event_source* source, std::uint64_t, void* self) {
        return guarded(source, self, [](Attached& s) { return s.drain(); });
    }

    int follow_wishes() {
        const auto want = bus_.getEventLoopPollData();
        int r = sd_event_source_set_io_events(io_, static_cast<std::uint32_t>(want.events));
        if (r < 0) return r;
        r = sd_event_source_set_time(timer_, want.timeout_usec);
        if (r < 0) return r;
        return sd_event_source_set_enabled(
            timer_, want.timeout_usec == UINT64_MAX ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
    }
    int drain() {
        while (process_pending(bus_)) {
        }
        return 0;
    }

    sdbus::IConnection& bus_;
    sd_event_source* io_ = nullptr;
    sd_event_source* timer_ = nullptr;
};

#endif

}  // namespace

base::Result<std::unique_ptr<BusEventSource>> BusEventSource::attach(sd_event* event,
                                                                     sdbus::IConnection& bus) {
#if PODD_SDBUS_MAJOR >= 2
    return std::unique_ptr<BusEventSource>{std::make_unique<Attached>(event, bus)};
#else
    auto source = std::make_unique<Attached>(bus);
    if (const int r = source->start(event); r < 0)
        return base::errno_error("cannot add the bus connection to the event loop", -r);
    return std::unique_ptr<BusEventSource>{std::move(source)};
#endif
}

}  // namespace podd::client
