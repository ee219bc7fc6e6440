// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/manager_object.h"

#include "client/bus_path.h"
#include "daemon/announce.h"

namespace podd::daemon {

ManagerObject::ManagerObject(sd_event* event, sdbus::IConnection& bus, Activity& activity)
    : AdaptorInterfaces{bus, sdbus::ObjectPath{client::kManagerPath}},
      activity_{activity},
      driver_{bus},
      polkit_{bus},
      systemd_{bus},
      authorizer_{driver_, polkit_},
      control_{systemd_},
      pods_{event, bus, systemd_, pod_handlers(), pod_signals()},
      images_{bus, image_remover()},
      transfers_{event,
                 bus,
                 systemd_,
                 activity_,
                 authorizer_,
                 verifier_,
                 [this](const Transfer& transfer, const auto& result) {
                     transfer_ended(transfer, result);
                 }},
      verifier_{event, systemd_, activity_},
      network_links_{event, systemd_} {
    driver_.on_peer_gone([this](const std::string& peer) {
        static_cast<void>(activity_.unsubscribe(peer));
        transfers_.peer_gone(peer);
    });
    registerAdaptor();
}

ManagerObject::~ManagerObject() {
    unregisterAdaptor();
}

PodObject::Handlers ManagerObject::pod_handlers() {
    return {[this](sdbus::Result<>&& result, const std::string& sender, const std::string& pod,
                   std::uint64_t flags) { stop_pod(std::move(result), sender, pod, flags); },
            [this](sdbus::Result<std::string>&& result, const std::string& sender, EnterCall call) {
                enter_app(std::move(result), sender, std::move(call));
            }};
}

Pods::Signals ManagerObject::pod_signals() {
    return {[this](const std::string& pod) {
                announce([&] { emitPodNew(pod, sdbus::ObjectPath{client::pod_path(pod)}); });
            },
            [this](const std::string& pod) {
                announce([&] { emitPodRemoved(pod, sdbus::ObjectPath{client::pod_path(pod)}); });
            }};
}

ImageObject::Remover ManagerObject::image_remover() {
    return [this](sdbus::Result<>&& result, const std::string& sender, const std::string& id,
                  std::uint64_t flags) {
        const Reply<> reply{std::move(result), activity_};
        authorized(
            reply, {sender, kManageImages, {{"image", id}}, flags}, [this, reply, id](uid_t user) {
                remove_image(id, user, [reply](const base::Result<>& done) { reply.answer(done); });
            });
    };
}

void ManagerObject::load(client::Done<> ready) {
    refresh_images();
    systemd_.version([this, ready = std::move(ready)](const base::Result<int>& version) {
        if (!version) return ready(version.error());
        control_.set_systemd_version(*version);
        pods_.refresh(ready);
    });
}

void ManagerObject::Subscribe(sdbus::Result<>&& result) {
    const Reply<> reply{std::move(result), activity_};
    if (activity_.subscribe(sender())) return reply.ok();
    reply.fail({base::ErrorCode::kConflict, "this connection is subscribed already"});
}

void ManagerObject::Unsubscribe(sdbus::Result<>&& result) {
    const Reply<> reply{std::move(result), activity_};
    if (activity_.unsubscribe(sender())) return reply.ok();
    reply.fail({base::ErrorCode::kConflict, "this connection is not subscribed"});
}

}  // namespace podd::daemon
