// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/polkit.h"

#include <chrono>
#include <cstdint>

#include "client/bus_error.h"

namespace podd::client {

namespace {

constexpr std::uint32_t kAllowUserInteraction = 1;
// A person types a password meanwhile.
constexpr std::chrono::minutes kInteractiveTimeout{5};
constexpr std::chrono::seconds kTimeout{20};

// is_authorized, is_challenge, details
using Answer = sdbus::Struct<bool, bool, std::map<std::string, std::string>>;

base::Result<> verdict(const std::string& action, const Answer& answer) {
    if (std::get<0>(answer)) return {};
    if (std::get<2>(answer).contains("polkit.dismissed"))
        return base::Error{
            base::ErrorCode::kDenied,
            fmt::format("Access denied: action {}: authentication was dismissed", action)};
    if (std::get<1>(answer))
        return base::Error{
            base::ErrorCode::kDenied,
            fmt::format("Access denied: action {} needs interactive authentication", action)};
    return base::Error{base::ErrorCode::kDenied,
                       fmt::format("Access denied: action {} is not permitted", action)};
}

}  // namespace

Polkit::Polkit(sdbus::IConnection& bus)
    : proxy_{
          make_proxy(bus, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority")} {
    finish_registration(*proxy_);
}

void Polkit::check(const std::string& unique_name, const std::string& action,
                   const std::map<std::string, std::string>& details, Interaction interaction,
                   std::function<void(base::Result<>)> done) const {
    using Subject = sdbus::Struct<std::string, std::map<std::string, sdbus::Variant>>;
    const bool ask = interaction == Interaction::kYes;
    proxy_->callMethodAsync("CheckAuthorization")
        .onInterface("org.freedesktop.PolicyKit1.Authority")
        .withTimeout(ask ? kInteractiveTimeout : kTimeout)
        .withArguments(Subject{"system-bus-name", {{"name", sdbus::Variant{unique_name}}}}, action,
                       details, ask ? kAllowUserInteraction : 0U, std::string{})
        .uponReplyInvoke([action, done = std::move(done)](CallError error, const Answer& answer) {
            if (!error) return done(verdict(action, answer));
            const base::Error found = from_bus_error(*error);
            done(base::Error{base::ErrorCode::kDenied,
                             fmt::format("Access denied: action {}: polkit did not answer: {}",
                                         action, found.message())});
        });
}

}  // namespace podd::client
