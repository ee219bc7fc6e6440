// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/sender.h"

#include <cstdint>

#include "client/bus_error.h"

namespace podd::client {

namespace {
constexpr const char* kService = "org.freedesktop.DBus";
}  // namespace

BusDriver::BusDriver(sdbus::IConnection& bus)
    : proxy_{make_proxy(bus, kService, "/org/freedesktop/DBus")} {
    proxy_->uponSignal("NameOwnerChanged")
        .onInterface(kService)
        .call([this](const std::string& name, const std::string& /*old_owner*/,
                     const std::string& new_owner) {
            if (gone_ && name.starts_with(':') && new_owner.empty()) gone_(name);
        });
    finish_registration(*proxy_);
}

void BusDriver::user_of(const std::string& unique_name,
                        std::function<void(base::Result<uid_t>)> done) const {
    proxy_->callMethodAsync("GetConnectionUnixUser")
        .onInterface(kService)
        .withArguments(unique_name)
        .uponReplyInvoke([done = std::move(done)](CallError error, const std::uint32_t& uid) {
            if (error) return done(from_bus_error(*error));
            done(uid_t{uid});
        });
}

void BusDriver::on_peer_gone(std::function<void(const std::string&)> gone) {
    gone_ = std::move(gone);
}

}  // namespace podd::client
