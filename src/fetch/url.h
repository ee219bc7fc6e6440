// SPDX-License-Identifier: LGPL-2.1-or-later
// URLs, as libcurl reads them: whoever checks one must see what the client will see.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::fetch {

struct Url {
    std::string text;    // whole, as libcurl wrote it
    std::string scheme;  // "https" or "http"
    std::string host;    // HOST, or HOST:PORT where the port is not the scheme's own; lower case
    /// Scheme, host and port: what credentials are meant for.
    std::string origin() const { return scheme + "://" + host; }
    /// Without the query, which may hold a signature that is as good as a password.
    std::string shown() const { return text.substr(0, text.find_first_of("?#")); }
};

/// Absolute, http or https, without user and password. Errors: kInvalidArgument, with the URL's
/// first part quoted.
base::Result<Url> parse_url(std::string_view text);
/// "http://host:3128", also with https, socks5 or socks5h; without user and password, because every
/// user may read the settings. Errors: kInvalidArgument.
base::Result<std::string> parse_proxy(std::string_view text);
/// What `location` means on the page `base`. Errors: kInvalidArgument.
base::Result<Url> resolve_url(const Url& base, std::string_view location);

/// For a value in a query.
std::string escape_url(std::string_view text);

}  // namespace podd::fetch
