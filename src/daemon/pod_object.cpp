// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/pod_object.h"

#include <algorithm>

#include "client/bus_path.h"
#include "daemon/announce.h"

namespace podd::daemon {

namespace {

using LimitRow = sdbus::Struct<std::string, std::string, std::uint64_t>;

std::vector<LimitRow> rows(const std::vector<AskedLimit>& limits) {
    std::vector<LimitRow> rows;
    rows.reserve(limits.size());
    for (const AskedLimit& limit : limits)
        rows.emplace_back(limit.property, limit.text, limit.number);
    return rows;
}

}  // namespace

AppObject::AppObject(sdbus::IConnection& bus, const std::string& pod, AppInfo info,
                     const Enterer& enterer)
    : AdaptorInterfaces{bus, sdbus::ObjectPath{client::app_path(pod, info.name)}},
      pod_{pod},
      info_{std::move(info)},
      enterer_{enterer} {
    registerAdaptor();
    announce([&] { emitInterfacesAddedSignal(); });
}

AppObject::~AppObject() {
    announce([&] { emitInterfacesRemovedSignal(); });
    unregisterAdaptor();
}

void AppObject::update(const AppInfo& info) {
    if (info_ == info) return;
    info_ = info;
    announce(
        [&] { emitPropertiesChangedSignal(client::InterfaceName{App_adaptor::INTERFACE_NAME}); });
}

std::vector<LimitRow> AppObject::Limits() {
    return rows(info_.limits);
}

void AppObject::Enter(sdbus::Result<std::string>&& result, std::vector<std::string> command,
                      sdbus::UnixFd control, std::map<std::string, sdbus::Variant> options,
                      std::uint64_t flags) {
    enterer_(std::move(result), client::current_sender(getObject()),
             {pod_, info_.name, info_.unit, std::move(command), std::move(control),
              std::move(options), flags});
}

PodObject::PodObject(sdbus::IConnection& bus, PodInfo info, const Handlers& handlers)
    : AdaptorInterfaces{bus, sdbus::ObjectPath{client::pod_path(info.name)}},
      bus_{bus},
      info_{std::move(info)},
      handlers_{handlers} {
    registerAdaptor();
    announce([&] { emitInterfacesAddedSignal(); });
    update_apps();
}

PodObject::~PodObject() {
    apps_.clear();
    announce([&] { emitInterfacesRemovedSignal(); });
    unregisterAdaptor();
}

void PodObject::update(const PodInfo& info) {
    if (info_ == info) return;
    info_ = info;
    update_apps();
    announce(
        [&] { emitPropertiesChangedSignal(client::InterfaceName{Pod_adaptor::INTERFACE_NAME}); });
}

void PodObject::update_apps() {
    std::erase_if(apps_, [this](const auto& entry) {
        return std::ranges::none_of(info_.apps,
                                    [&](const AppInfo& app) { return app.name == entry.first; });
    });
    for (const AppInfo& app : info_.apps) {
        auto& object = apps_[app.name];
        if (object)
            object->update(app);
        else
            object = std::make_unique<AppObject>(bus_, info_.name, app, handlers_.enter);
    }
}

std::vector<sdbus::Struct<std::string, sdbus::ObjectPath>> PodObject::Apps() {
    std::vector<sdbus::Struct<std::string, sdbus::ObjectPath>> apps;
    apps.reserve(info_.apps.size());
    for (const AppInfo& app : info_.apps)
        apps.emplace_back(app.name, sdbus::ObjectPath{client::app_path(info_.name, app.name)});
    return apps;
}

std::vector<LimitRow> PodObject::Limits() {
    return rows(info_.limits);
}

void PodObject::Stop(sdbus::Result<>&& result, std::uint64_t flags) {
    handlers_.stop(std::move(result), client::current_sender(getObject()), info_.name, flags);
}

}  // namespace podd::daemon
