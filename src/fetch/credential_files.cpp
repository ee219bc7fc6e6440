// SPDX-License-Identifier: LGPL-2.1-or-later
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "fetch/credentials.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 20;

Error unreadable(Error error, const std::string& path, std::string_view mode) {
    if (error.code() != ErrorCode::kDenied) return error;
    return Error{ErrorCode::kDenied,
                 fmt::format("{}\nhint: chgrp podd-fetch {} && chmod {} {}", error.message(), path,
                             mode, path),
                 error.sys_errno()};
}

Result<std::string> read_secret(const std::string& path) {
    auto text = base::read_file(path, kMaxBytes);
    if (!text) return unreadable(std::move(text).error(), path, "0640");
    return text;
}

}  // namespace

Result<Credentials> read_rkt_directory(const std::string& directory) {
    Credentials credentials;
    auto opened = base::open_path(directory, O_RDONLY | O_DIRECTORY);
    if (!opened && opened.error().code() == ErrorCode::kNotFound) return credentials;
    if (!opened) return unreadable(std::move(opened).error(), directory, "0750");
    const auto names = TRY_CONTEXT(base::list_dir(opened->get()), "\"{}\"", directory);
    for (const auto& name : names) {
        if (!name.ends_with(".json") || name.starts_with('.')) continue;
        const auto path = fmt::format("{}/{}", directory, name);
        const auto text = TRY(read_secret(path));
        TRY(credentials.add_rkt(text, path));
    }
    return credentials;
}

Result<Credentials> read_credentials(const std::string& credentials_directory) {
    Credentials credentials;
    if (!credentials_directory.empty()) {
        const auto path = credentials_directory + "/auth.json";
        const auto text = read_secret(path);
        if (!text && text.error().code() != ErrorCode::kNotFound) return text.error();
        if (text) TRY(credentials.add_auth_json(*text, path));
    }
    for (const auto* directory : {"/etc/podd/auth.d", "/run/podd/auth.d", "/usr/lib/podd/auth.d"})
        credentials.merge(TRY(read_rkt_directory(directory)));
    return credentials;
}

}  // namespace podd::fetch
