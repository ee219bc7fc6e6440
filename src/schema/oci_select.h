// SPDX-License-Identifier: LGPL-2.1-or-later
// Which image of several: by name, by platform.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/oci.h"

namespace podd::schema {

/// The host in OCI's words, of what `uname -m` says; empty when OCI has no word.
std::optional<OciPlatform> oci_platform_of_machine(std::string_view machine);

/// One entry of an index: those of `reference` (org.opencontainers.image.ref.name, or containerd's
/// full name) or, when that is empty, of the only name there is; among them the one that fits the
/// host best. Entries that are no images (attestations, signatures) are passed over; the result may
/// be an index again. Errors: kNotFound (what there is is listed), kConflict (several names and no
/// reference), kUnsupported (only other platforms).
base::Result<OciDescriptor> select_image(const OciIndex& index, std::string_view reference,
                                         const OciPlatform& host);

/// One image of an archive: by a tag ("name:tag"; ":latest" may be left out) or "@N"; the only one
/// when `reference` is empty. Errors: kNotFound, kConflict.
base::Result<DockerArchiveImage> select_image(const std::vector<DockerArchiveImage>& images,
                                              std::string_view reference);

/// The name an entry of an index gives its image: containerd's full name, else ref.name; empty when
/// it gives none.
std::string_view reference_of(const OciDescriptor& descriptor);

}  // namespace podd::schema
