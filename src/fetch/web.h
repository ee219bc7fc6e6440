// SPDX-License-Identifier: LGPL-2.1-or-later
// Pages and files of web servers, where no registry is spoken to: the administrator's credentials
// for a host, tries, what a refusal means.
#pragma once

#include <string>

#include "base/pinned.h"
#include "base/result.h"
#include "fetch/credentials.h"
#include "fetch/http.h"
#include "fetch/registries.h"

namespace podd::fetch {

enum class Tries : unsigned char { kOne, kSeveral };

class Web : private base::Pinned {
public:
    /// Both must outlive it.
    Web(const Registries& registries, const Credentials& credentials, PlainHttp plain);

    /// Whether it may be asked at all. Errors: kDenied, kInvalidArgument.
    base::Result<Url> check(const std::string& url) const;
    /// With what the administrator gave for the host, where that is asked over TLS. Errors:
    /// kUnsupported, when it is of a kind that podd has no use for; those of check().
    base::Result<HttpRequest> request(const std::string& url) const;
    /// Whatever the server answers, at most `max_bytes` of it. What may go better another time is
    /// tried again before.
    /// Errors: kUnavailable, kUntrusted, kDenied, kInvalidArgument, kUnsupported.
    base::Result<HttpAnswer> get(const std::string& url, std::size_t max_bytes, Tries tries);
    /// The error that an answer is that is no success, with what to do about it.
    base::Error refusal(const HttpAnswer& answer) const;

    Http& http() { return http_; }

private:
    const Registries& registries_;
    const Credentials& credentials_;
    PlainHttp plain_;
    Http http_;
};

}  // namespace podd::fetch
