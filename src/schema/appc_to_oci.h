// SPDX-License-Identifier: LGPL-2.1-or-later
// OCI documents for what comes without: the same content always makes the same bytes, so that
// importing or creating an image twice gives one id. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/image_manifest.h"
#include "schema/oci.h"

namespace podd::schema {

/// A blob as an OCI document names it.
struct OciBlob {
    std::string sha256{};  // hex digits
    std::uint64_t size = 0;
    std::string compression{};  // of a layer: "gzip", …; empty or "none"
};

/// The file "oci-layout". Source: OCI image-spec 1.1 image-layout.md.
inline constexpr std::string_view kOciLayoutText = R"({"imageLayoutVersion":"1.0.0"})";

/// kUnsupported when the manifest says what OCI has no member for: isolators, a read-only mount
/// point, the owner of a file as user. Names of mount points and ports are no reason.
base::Result<void> check_fits_oci(const ImageManifest& manifest);

/// The configuration of a root file system with one layer.
std::string oci_config_of(const ImageManifest& manifest, const std::string& diff_id);

/// The manifest over a configuration and its layers, base first. `image` is kept as an annotation
/// where it is given: it says more than an OCI configuration can.
std::string oci_manifest_of(const OciBlob& config, const std::vector<OciBlob>& layers,
                            const ImageManifest* image);

/// The manifest that the index of a layout names.
struct OciIndexed {
    std::string media_type{kOciManifestType};
    std::string digest{};  // "sha256:<hex>"
    std::uint64_t size = 0;
    std::string reference{};  // what the image is called; empty: nothing
    std::optional<OciPlatform> platform{};
};

/// The index of a layout with one image.
std::string oci_index_of(const OciIndexed& image);
/// The same for an image of podd's making.
std::string oci_index_of(const OciBlob& manifest, const ImageManifest& image);

/// What an image is called in an index: its name and, if it has that label, its version.
std::string oci_reference_of(const ImageManifest& image);

}  // namespace podd::schema
