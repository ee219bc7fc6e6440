// SPDX-License-Identifier: LGPL-2.1-or-later
// One tar stream into one tree, by the rules of what it is.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/limits.h"
#include "archive/tree_attributes.h"
#include "base/result.h"

namespace podd::archive {

enum class Kind : unsigned char {
    kAci,        // "manifest" and "rootfs/…"
    kLayer,      // an OCI layer, or a plain root file system
    kContainer,  // an archive of images: an OCI layout or what `docker save` writes
};

/// What the first member's name says. Later members that do not fit are errors.
Kind kind_of_first_member(std::string_view path);

struct Unpacked {
    Kind kind = Kind::kLayer;
    std::string manifest;  // of an ACI: the text as it stands there
    std::uint64_t files = 0;
    std::uint64_t bytes = 0;         // of regular files
    std::vector<std::string> notes;  // what was left out, for the user
};

struct UnpackOptions {
    Limits limits;
    int root_fd = -1;     // an empty directory
    int digests_fd = -1;  // the digest list goes there; -1: there is none
    Owners owners = Owners::kArchived;
    bool any_kind = false;  // else it is a layer, whatever it looks like
    /// Called once, before anything is written.
    std::function<base::Result<>(Kind)> on_kind;
};

/// Reads `in` to its end. On failure an incomplete tree is left behind.
/// Errors: kInvalidArgument, quoting the member; kIo.
base::Result<Unpacked> unpack(int in, const UnpackOptions& options);

}  // namespace podd::archive
