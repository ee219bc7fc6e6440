// SPDX-License-Identifier: LGPL-2.1-or-later
// Manifests and configurations beside the layers of an image: handed to the worker that reads them
// and remembered, so that what is hashed and kept is what was read.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "base/result.h"
#include "importer/worker.h"

namespace podd::importer {

/// Reads one document by its path in the image's folder.
using ReadDocument = std::function<base::Result<std::string>(const std::string& path)>;

class Documents {
public:
    /// `dir_fd` is a folder of OCI's layout or of `docker save`'s.
    explicit Documents(int dir_fd) : dir_fd_{dir_fd} {}

    /// Runs `body` in a worker that has no files; what it reads comes from the folder.
    base::Result<base::Json> run(
        const std::function<base::Result<base::Json>(const ReadDocument&)>& body);

    /// A document that was read. Errors: kInternal when it was not.
    base::Result<std::string> text(const std::string& path) const;

private:
    base::Result<> answer(base::UniqueFd& socket);
    base::Result<std::string> load(const std::string& path);

    int dir_fd_;
    std::map<std::string, std::string> texts_;
    std::size_t total_ = 0;
};

}  // namespace podd::importer
