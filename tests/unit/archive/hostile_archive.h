// SPDX-License-Identifier: LGPL-2.1-or-later
// What tests with hostile archives share.
#pragma once

#include <string_view>

#include "archive/unpack.h"
#include "tar_builder.h"

namespace podd::test {

inline bool says(const base::Result<archive::Unpacked>& result, std::string_view word) {
    return !result && result.error().message().find(word) != std::string::npos;
}

/// The beginning of an ACI, for attacks on what comes after it.
inline TarBuilder aci() {
    TarBuilder tar;
    tar.file("manifest", "{}").directory("rootfs");
    return tar;
}

}  // namespace podd::test
