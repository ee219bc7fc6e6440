// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/pods.h"

#include <ctime>

namespace podd::daemon {

namespace {
// One start or stop changes many units at once.
constexpr std::uint64_t kSettleUsec = 50'000;
}  // namespace

Pods::Pods(sd_event* event, sdbus::IConnection& bus, client::Systemd& systemd,
           PodObject::Handlers handlers, Signals signals)
    : bus_{bus}, systemd_{systemd}, handlers_{std::move(handlers)}, signals_{std::move(signals)} {
    if (sd_event_add_time(event, &timer_, CLOCK_MONOTONIC, UINT64_MAX, 0, on_refresh, this) >= 0)
        static_cast<void>(sd_event_source_set_enabled(timer_, SD_EVENT_OFF));
    systemd_.on_change([this](const std::string& unit) { unit_changed(unit); });
}

Pods::~Pods() {
    sd_event_source_disable_unref(timer_);
}

void Pods::unit_changed(const std::string& unit) {
    const bool reloaded = unit.empty();
    if ((!reloaded && !unit.starts_with("pod-")) || timer_ == nullptr) return;
    int enabled = SD_EVENT_OFF;
    static_cast<void>(sd_event_source_get_enabled(timer_, &enabled));
    if (enabled != SD_EVENT_OFF) return;  // due already
    if (sd_event_source_set_time_relative(timer_, kSettleUsec) >= 0)
        static_cast<void>(sd_event_source_set_enabled(timer_, SD_EVENT_ONESHOT));
}

int Pods::on_refresh(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
    static_cast<Pods*>(self)->refresh([](const base::Result<>&) {});
    return 0;
}

void Pods::refresh(client::Done<> done) {
    systemd_.list_units({"pod-*.service"}, [this, done = std::move(done)](const auto& units) {
        if (!units) return done(units.error());
        std::map<std::string, PodInfo> pods = known_pods();
        add_states(pods, *units);
        replace(std::move(pods));
        done({});
    });
}

void Pods::replace(std::map<std::string, PodInfo> pods) {
    std::erase_if(objects_, [&](const auto& entry) {
        if (pods.contains(entry.first)) return false;
        signals_.removed(entry.first);
        return true;
    });
    for (auto& [name, info] : pods) {
        auto& object = objects_[name];
        if (object) {
            object->update(info);
        } else {
            object = std::make_unique<PodObject>(bus_, std::move(info), handlers_);
            signals_.added(name);
        }
    }
}

std::vector<PodInfo> Pods::list() const {
    std::vector<PodInfo> pods;
    pods.reserve(objects_.size());
    for (const auto& [name, object] : objects_)
        pods.push_back(object->info());
    return pods;
}

}  // namespace podd::daemon
