// SPDX-License-Identifier: LGPL-2.1-or-later
// One large file from a web server, in as many pieces as it takes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "fetch/blobs.h"
#include "fetch/web.h"

namespace podd::fetch {

struct DownloadRequest {
    std::string url;
    int directory_fd = -1;
    std::string name;             // of the file there
    std::string if_none_match{};  // an entity tag that is known
    std::uint64_t max_bytes = 0;
    std::optional<base::Error> refusal{};  // in place of the file, when the server would send one
};

struct DownloadAnswer {
    bool is_not_modified = false;  // then there is no file
    std::string etag{};            // empty where the server gives none
    std::uint64_t max_age = 0;     // seconds
};

/// What a cut download left is gone on with where the server says that the file has not changed
/// since; else it begins anew. Errors: kNotFound, kDenied, kUnavailable, kUntrusted,
/// kInvalidArgument (too long, empty, other parts than those that were asked for), kUnsupported,
/// kIo.
base::Result<DownloadAnswer> download(Web& web, const DownloadRequest& request,
                                      const Progress& progress);

}  // namespace podd::fetch
