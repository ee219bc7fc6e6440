// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a caller may do what it asks for.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include <sys/types.h>

#include "base/pinned.h"
#include "base/result.h"
#include "client/polkit.h"
#include "client/sender.h"

namespace podd::daemon {

// Actions of dbus/org.podd1.policy.
inline constexpr const char* kCreatePod = "org.podd1.create-pod";
inline constexpr const char* kControlPod = "org.podd1.control-pod";
inline constexpr const char* kInspectPods = "org.podd1.inspect-pods";
inline constexpr const char* kEnter = "org.podd1.enter";
inline constexpr const char* kEnterPrivileged = "org.podd1.enter-privileged";
inline constexpr const char* kManageImages = "org.podd1.manage-images";
inline constexpr const char* kTrust = "org.podd1.trust";

/// Bits of the "flags" argument of every method.
inline constexpr std::uint64_t kFlagInteractive = 1;

struct Request {
    std::string sender;  // unique bus name
    std::string action;
    std::map<std::string, std::string> details;  // "pod", "app", "image", "command"
    std::uint64_t flags = 0;
};

class Authorizer : private base::Pinned {
public:
    /// Questions that one user may have open at a time: a person types one password after the
    /// other.
    static constexpr unsigned kMaxPending = 32;

    /// Both must outlive this object.
    Authorizer(const client::BusDriver& driver, const client::Polkit& polkit)
        : driver_{driver}, polkit_{polkit} {}

    /// `done` gets the caller's user id when it may, later, never within this call. Root may, also
    /// without polkit. Errors: kInvalidArgument (unknown flags), kDenied, kUnavailable (the caller
    /// left).
    void check(Request request, std::function<void(base::Result<uid_t>)> done);

    /// Who it is, without a question to anybody.
    void identify(const std::string& sender, std::function<void(base::Result<uid_t>)> done) const {
        driver_.user_of(sender, std::move(done));
    }

private:
    void ask_polkit(const Request& request, uid_t uid,
                    std::function<void(base::Result<uid_t>)> done);

    const client::BusDriver& driver_;
    const client::Polkit& polkit_;
    std::map<uid_t, unsigned> pending_;
};

}  // namespace podd::daemon
