// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/authorizer.h"

#include <fmt/format.h>

#include "base/log.h"

namespace podd::daemon {

namespace {

std::string description(const Request& request) {
    std::string text = fmt::format("{} asks for {}", request.sender, request.action);
    for (const auto& [name, value] : request.details)
        text += fmt::format(", {} {}", name, value);
    return text;
}

}  // namespace

void Authorizer::check(Request request, std::function<void(base::Result<uid_t>)> done) {
    const std::string sender = request.sender;
    done = [what = description(request), done = std::move(done)](const base::Result<uid_t>& user) {
        base::log_line(base::LogLevel::kDebug,
                       user ? fmt::format("{}: uid {} may", what, *user)
                            : fmt::format("{}: {}", what, user.error().message()));
        done(user);
    };
    driver_.user_of(sender, [this, request = std::move(request),
                             done = std::move(done)](const base::Result<uid_t>& uid) {
        if (!uid) return done(uid.error());
        if ((request.flags & ~kFlagInteractive) != 0)
            return done(base::Error{
                base::ErrorCode::kInvalidArgument,
                fmt::format("flags {:#x} are not known; bit 0 is the only one", request.flags)});
        if (*uid == 0) return done(*uid);
        ask_polkit(request, *uid, done);
    });
}

void Authorizer::ask_polkit(const Request& request, uid_t uid,
                            std::function<void(base::Result<uid_t>)> done) {
    unsigned& pending = pending_[uid];
    if (pending >= kMaxPending)
        return done(base::Error{
            base::ErrorCode::kDenied,
            fmt::format("Access denied: user {} has {} requests open already", uid, pending)});
    ++pending;
    const auto interaction = (request.flags & kFlagInteractive) != 0 ? client::Interaction::kYes
                                                                     : client::Interaction::kNo;
    polkit_.check(request.sender, request.action, request.details, interaction,
                  [this, uid, done = std::move(done)](const base::Result<>& verdict) {
                      if (--pending_[uid] == 0) pending_.erase(uid);
                      if (!verdict) return done(verdict.error());
                      done(uid);
                  });
}

}  // namespace podd::daemon
