// SPDX-License-Identifier: LGPL-2.1-or-later
// The table of pods: bus objects that follow systemd, the manifest files and the runtime folder.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/pinned.h"
#include "client/systemd.h"
#include "daemon/pod_object.h"

namespace podd::daemon {

class Pods : private base::Pinned {
public:
    struct Signals {
        std::function<void(const std::string& pod)> added;
        std::function<void(const std::string& pod)> removed;
    };

    /// All must outlive this object.
    Pods(sd_event* event, sdbus::IConnection& bus, client::Systemd& systemd,
         PodObject::Handlers handlers, Signals signals);
    ~Pods();

    /// Looks at everything again; `done` when the objects say what is.
    void refresh(client::Done<> done);

    std::vector<PodInfo> list() const;
    std::uint32_t count() const { return static_cast<std::uint32_t>(objects_.size()); }

private:
    void unit_changed(const std::string& unit);
    void replace(std::map<std::string, PodInfo> pods);
    static int on_refresh(sd_event_source*, std::uint64_t, void* self);

    sdbus::IConnection& bus_;
    client::Systemd& systemd_;
    PodObject::Handlers handlers_;
    Signals signals_;
    std::map<std::string, std::unique_ptr<PodObject>> objects_;
    sd_event_source* timer_ = nullptr;
};

}  // namespace podd::daemon
