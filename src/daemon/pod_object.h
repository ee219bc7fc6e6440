// SPDX-License-Identifier: LGPL-2.1-or-later
// D-Bus objects /org/podd1/pod/<name> and /org/podd1/pod/<name>/app/<app>.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app_adaptor.h"  // generated from dbus/org.podd1.App.xml
#include "base/pinned.h"
#include "daemon/pod_info.h"
#include "pod_adaptor.h"  // generated from dbus/org.podd1.Pod.xml

namespace podd::daemon {

/// What App.Enter() brings.
struct EnterCall {
    std::string pod;
    std::string app;
    std::string app_unit;
    std::vector<std::string> command;
    sdbus::UnixFd control;
    std::map<std::string, sdbus::Variant> options;
    std::uint64_t flags;
};

class AppObject final
    : public sdbus::AdaptorInterfaces<org::podd1::App_adaptor, sdbus::ManagedObject_adaptor,
                                      sdbus::Properties_adaptor>,
      private base::Pinned {
public:
    /// What Enter() is handed on to.
    using Enterer = std::function<void(sdbus::Result<std::string>&&, const std::string& sender,
                                       EnterCall call)>;

    AppObject(sdbus::IConnection& bus, const std::string& pod, AppInfo info,
              const Enterer& enterer);
    ~AppObject();

    void update(const AppInfo& info);

private:
    void Enter(sdbus::Result<std::string>&& result, std::vector<std::string> command,
               sdbus::UnixFd control, std::map<std::string, sdbus::Variant> options,
               std::uint64_t flags) override;
    std::string Name() override { return info_.name; }
    std::string Unit() override { return info_.unit; }
    std::string ActiveState() override { return info_.active_state; }
    std::string SubState() override { return info_.sub_state; }
    std::string Image() override { return info_.image; }
    std::string ImageID() override { return info_.image_id; }
    std::vector<sdbus::Struct<std::string, std::string, std::uint64_t>> Limits() override;
    std::string Health() override { return health_of(pod_, info_.name); }

    std::string pod_;
    AppInfo info_;
    const Enterer& enterer_;
};

class PodObject final
    : public sdbus::AdaptorInterfaces<org::podd1::Pod_adaptor, sdbus::ManagedObject_adaptor,
                                      sdbus::Properties_adaptor>,
      private base::Pinned {
public:
    /// What Stop() is handed on to: reply, sender, pod, flags.
    using Stopper = std::function<void(sdbus::Result<>&&, const std::string& sender,
                                       const std::string& pod, std::uint64_t flags)>;

    /// What calls are handed on to.
    struct Handlers {
        Stopper stop;
        AppObject::Enterer enter;
    };

    /// `handlers` must outlive this object.
    PodObject(sdbus::IConnection& bus, PodInfo info, const Handlers& handlers);
    ~PodObject();

    const PodInfo& info() const { return info_; }
    void update(const PodInfo& info);

private:
    void Stop(sdbus::Result<>&& result, std::uint64_t flags) override;
    std::string Name() override { return info_.name; }
    std::string UUID() override { return info_.uuid; }
    std::string Unit() override { return info_.unit; }
    std::string ActiveState() override { return info_.active_state; }
    std::string SubState() override { return info_.sub_state; }
    std::string SourcePath() override { return info_.source_path; }
    std::vector<std::string> Weakened() override { return info_.weakened; }
    std::vector<sdbus::Struct<std::string, std::string, std::uint64_t>> Limits() override;
    std::vector<sdbus::Struct<std::string, sdbus::ObjectPath>> Apps() override;
    void update_apps();

    sdbus::IConnection& bus_;
    PodInfo info_;
    const Handlers& handlers_;
    std::map<std::string, std::unique_ptr<AppObject>> apps_;
};

}  // namespace podd::daemon
