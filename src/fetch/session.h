// SPDX-License-Identifier: LGPL-2.1-or-later
// One repository at one registry or mirror: addresses, authentication, tries.
#pragma once

#include <string>
#include <string_view>

#include "base/pinned.h"
#include "base/result.h"
#include "fetch/challenge.h"
#include "fetch/credentials.h"
#include "fetch/http.h"
#include "schema/docker_reference.h"

namespace podd::fetch {

/// Where a repository is asked for.
struct Endpoint {
    std::string registry;    // as the user or Mirror= names it; credentials are looked up by it
    std::string repository;  // there; a mirror may have it beneath a path of its own
};

class Session : private base::Pinned {
public:
    /// All must outlive it.
    Session(Http& http, const Registries& registries, const Credentials& credentials,
            Endpoint endpoint);

    /// A document of at most `max_bytes`, "manifests/latest" of the repository, say. Authenticates
    /// when asked to and tries again when that may help.
    /// Errors: kNotFound, kDenied, kUnavailable, kUntrusted, kInvalidArgument.
    base::Result<HttpAnswer> get(std::string_view path, std::string_view accept,
                                 std::size_t max_bytes);

    /// For what asks itself: the request of that path with what authenticates it.
    HttpRequest request(std::string_view path) const;
    /// After "401 Unauthorized" to a request that had `used` as authorization: what request() gives
    /// is better now. Errors: kDenied, with what to do about it; those of the token's server.
    base::Result<> authenticate(const HttpAnswer& answer, std::string_view used);

    const Endpoint& endpoint() const { return endpoint_; }

private:
    base::Result<> use_basic();
    base::Result<> use_token(const Challenge& challenge);
    base::Result<HttpAnswer> ask_for_token(const Challenge& challenge);
    base::Error denied(const HttpAnswer& answer) const;
    base::Result<const Credential*> usable_credential() const;

    Http& http_;
    const Credentials& credentials_;
    Endpoint endpoint_;
    std::string base_;  // "https://host/v2/repository/"
    std::string authorization_{};
};

}  // namespace podd::fetch
