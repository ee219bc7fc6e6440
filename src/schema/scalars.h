// SPDX-License-Identifier: LGPL-2.1-or-later
// Checks of the scalar types of appc that have no type of their own.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace podd::schema {

/// What podd writes as acVersion. Source: appc spec 0.8.11.
inline constexpr std::string_view kAcVersion = "0.8.11";

/// The greatest id of a user or group: 2^32-1 is "no id" to chown(2).
inline constexpr std::uint64_t kMaxId = 4294967294;

// Errors of all checks: kInvalidArgument "found …, wanted …".

/// MAJOR.MINOR.PATCH with optional -pre-release and +metadata; not 0.0.0 alone. Any major version
/// passes, because rkt wrote its own version here. Source: appc spec, types.md "AC Version Type";
/// accepts what the reference parser accepts.
base::Result<void> check_ac_version(std::string_view text);

/// "sha512-" and 64 or 128 lower-case hex digits (64 are a prefix, as rkt wrote them), or
/// "sha256:" and 64: what an image in podd's store is called. Source: appc spec, types.md
/// "Image ID Type"; OCI image-spec descriptor.md "Digests".
base::Result<void> check_image_id(std::string_view text);

/// "sha512-" and anything without a dash, as the reference parser has it: manifests of images hold
/// placeholders. check_image_id() where it is used.
base::Result<void> check_loose_image_id(std::string_view text);

/// RFC 3339 date-time with "T" and a zone. Source: appc spec, types.md "Annotations"; RFC 3339
/// §5.6.
base::Result<void> check_date(std::string_view text);

/// http or https URL with a host.
base::Result<void> check_web_url(std::string_view text);

/// Absolute and lexically normal: no empty, "." or ".." component, no "/" at the end.
base::Result<void> check_path(std::string_view text);
/// The same, and not "/" itself: what can be mounted on.
base::Result<void> check_mount_path(std::string_view text);
/// Absolute, without "..".
base::Result<void> check_working_directory(std::string_view text);

/// [A-Za-z_][A-Za-z_0-9.-]*. Source: appc spec, aci.md "environment" and its reference parser.
base::Result<void> check_environment_name(std::string_view text);

}  // namespace podd::schema
