// SPDX-License-Identifier: LGPL-2.1-or-later
// User names, passwords and tokens for registries: Docker's auth.json and rkt's auth.d.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::fetch {

struct Credential {
    enum class Kind : unsigned char {
        kBasic,     // user and password
        kBearer,    // a token that goes out as it is
        kIdentity,  // a token that only buys others, at the registry's server for them
        kAws,       // an access key of Amazon's, which signs requests: for web servers only
        kUnusable,  // there is one, of a kind that podd has no use for; `reason` says which
    };
    Kind kind = Kind::kBasic;
    std::string user{};
    std::string secret{};
    std::string region{};  // kAws; empty: the host's name says it
    std::string reason{};
    std::string origin{};  // the file, for messages
    bool operator==(const Credential&) const = default;
};

// Errors of all readers: kInvalidArgument, the place in the file first. No message holds a secret.
class Credentials {
public:
    /// {"auths":{"HOST[/PATH]":{"auth":"BASE64"}}}, as docker, podman and skopeo write it.
    /// Source: containers-auth.json(5).
    base::Result<> add_auth_json(std::string_view text, std::string_view origin);

    /// rkt's kinds "dockerAuth" (for registries) and "auth" (for hosts), version v1. A registry
    /// that has an entry already is kConflict. Source: rkt 1.30, configuration.md.
    base::Result<> add_rkt(std::string_view text, std::string_view origin);

    /// Takes over what has no entry here.
    void merge(const Credentials& other);

    /// That of the longest path: HOST/a/b, HOST/a, HOST; nullptr when there is none.
    const Credential* find(std::string_view registry, std::string_view repository) const;
    /// Of rkt's kind "auth", for a web server HOST or HOST:PORT; nullptr when there is none.
    const Credential* find_host(std::string_view host) const;

private:
    using Map = std::map<std::string, Credential, std::less<>>;
    base::Result<> add(Map& map, const std::string& key, const Credential& credential);

    Map registries_;  // HOST or HOST/PATH
    Map hosts_;       // rkt's kind "auth": the last resort
};

/// What is in `directory` of rkt's *.json files; a missing directory is empty.
/// Errors: kInvalidArgument, kConflict, kDenied, kIo; the file's path first.
base::Result<Credentials> read_rkt_directory(const std::string& directory);

/// auth.json in $CREDENTIALS_DIRECTORY, then auth.d/ of /etc/podd, /run/podd and /usr/lib/podd.
/// `credentials_directory` may be empty. Errors: as above.
base::Result<Credentials> read_credentials(const std::string& credentials_directory);

}  // namespace podd::fetch
