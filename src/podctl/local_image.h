// SPDX-License-Identifier: LGPL-2.1-or-later
// Words on the command line that say in which file or folder an image is; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "schema/digest.h"

namespace podd::podctl {

struct LocalImage {
    enum class Form : unsigned char { kAny, kFolder, kFile };
    std::string path;
    Form form = Form::kAny;
    std::string reference{};  // which image of several
    std::optional<schema::Digest> digest{};
};

/// "oci:DIR[:REFERENCE]", "oci-archive:FILE[:REFERENCE]", "docker-archive:FILE[:REFERENCE]",
/// "file://PATH", or a path. All but the last may end in "@sha256:…". Errors: kInvalidArgument.
/// Source: containers-transports(5), for the first three.
base::Result<LocalImage> parse_local_image(std::string_view word);

/// Whether a word can only be one of these, or a path.
bool is_local_image(std::string_view word);

}  // namespace podd::podctl
