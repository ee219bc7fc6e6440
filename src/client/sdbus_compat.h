// SPDX-License-Identifier: LGPL-2.1-or-later
// The differences between sdbus-c++ 1.2 (Debian 12) and 2.1 (Debian 13), all of them in one place.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include <sdbus-c++/sdbus-c++.h>

namespace podd::client {

#if PODD_SDBUS_MAJOR >= 2
using ServiceName = sdbus::ServiceName;
using InterfaceName = sdbus::InterfaceName;
using PropertyName = sdbus::PropertyName;
using ErrorName = sdbus::Error::Name;
/// What a reply handler gets instead of results; true when the call failed.
using CallError = std::optional<sdbus::Error>;
#else
using ServiceName = std::string;
using InterfaceName = std::string;
using PropertyName = std::string;
using ErrorName = std::string;
using CallError = const sdbus::Error*;
#endif

/// Unique bus name (":1.42") of the peer whose call is being handled. Call it before the first
/// return to the event loop: after that there is no current message.
inline std::string current_sender(const sdbus::IObject& object) {
#if PODD_SDBUS_MAJOR >= 2
    return object.getCurrentlyProcessedMessage().getSender();
#else
    return object.getCurrentlyProcessedMessage()->getSender();
#endif
}

inline std::unique_ptr<sdbus::IProxy> make_proxy(sdbus::IConnection& bus, const char* service,
                                                 const std::string& path) {
    return sdbus::createProxy(bus, ServiceName{service}, sdbus::ObjectPath{path});
}

/// To be called when all signal handlers of a proxy are set.
inline void finish_registration([[maybe_unused]] sdbus::IProxy& proxy) {
#if PODD_SDBUS_MAJOR < 2
    proxy.finishRegistration();
#endif
}

/// Calls `handler` with the message for each one that matches the rule, as long as the connection
/// lives.
template <typename Handler>
void add_match(sdbus::IConnection& bus, const std::string& rule, Handler handler) {
#if PODD_SDBUS_MAJOR >= 2
    bus.addMatch(
        rule, [handler = std::move(handler)](const sdbus::Message& message) { handler(message); });
#else
    bus.addMatch(
        rule, [handler = std::move(handler)](sdbus::Message& message) { handler(message); },
        sdbus::floating_slot);
#endif
}

/// For structured bindings, which 1.2 does not offer for its Struct.
template <typename... Members>
const std::tuple<Members...>& as_tuple(const sdbus::Struct<Members...>& row) {
    return row;
}

/// Handles one message that has been received; false when there was none.
inline bool process_pending(sdbus::IConnection& bus) {
#if PODD_SDBUS_MAJOR >= 2
    return bus.processPendingEvent();
#else
    return bus.processPendingRequest();
#endif
}

}  // namespace podd::client
