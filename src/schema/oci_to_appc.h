// SPDX-License-Identifier: LGPL-2.1-or-later
// OCI image configuration → appc image manifest; pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/image_manifest.h"
#include "schema/oci.h"

namespace podd::schema {

/// What an image is called in podd.
struct ImageName {
    AcIdentifier name;
    std::optional<std::string> version{};  // of a tag: becomes the label "version"
    bool operator==(const ImageName&) const = default;
};

/// Of "docker.io/library/nginx:1.27@sha256:…" the name "docker.io/library/nginx" and the version
/// "1.27"; what an AC Identifier cannot hold becomes "_". A bare word as OCI layouts have it in
/// ref.name ("latest") is a version of `fallback`, a free text such as a file's name; without a
/// fallback it is the name. Errors: kInvalidArgument when no name comes out of either.
base::Result<ImageName> image_name_of(std::string_view reference, std::string_view fallback);

struct ConvertedImage {
    ImageManifest manifest;
    /// How many words at the end of "exec" are only the default of what a user may say instead:
    /// Cmd.
    std::size_t default_arguments = 0;
    /// What the image asks for and appc or podd cannot give, one sentence each.
    std::vector<std::string> notes{};
};

/// The manifest of an OCI image. Two things appc has no member for are annotations of it,
/// kGroupFromUser and kMakeWorkingDirectory (schema/annotations.h). `labels` are added to "os" and
/// "arch", which come from the configuration and cannot be given. Labels of the image become
/// userLabels, and annotations where their key is an AC Identifier. Errors: kUnsupported for a
/// platform that appc has no name for; kInvalidArgument.
/// Source: OCI image-spec 1.1 conversion.md, applied to appc 0.8.11.
base::Result<ConvertedImage> to_image_manifest(const OciImageConfig& config,
                                               const ImageName& image_name,
                                               const std::vector<Label>& labels = {});

}  // namespace podd::schema
