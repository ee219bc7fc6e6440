// SPDX-License-Identifier: LGPL-2.1-or-later
// What must hold for any bytes that the parsers of schema/ get. The fuzz
// targets look for bytes that break it; the unit tests try the seeds of
// corpus/.
#pragma once

#include <cstdlib>
#include <string_view>

#include "schema/annotations.h"
#include "schema/image_manifest.h"
#include "schema/oci.h"
#include "schema/oci_select.h"
#include "schema/oci_to_appc.h"
#include "schema/pod_manifest.h"
#include "schema/warnings.h"

namespace podd::fuzz {

/// What was accepted is written, read again and is the same. Returns whether it
/// was accepted.
template <typename Manifest>
bool round_trip(std::string_view text) {
    const auto first = Manifest::parse(text);
    if (!first) return false;
    const auto written = first->to_json().str(2);
    // Defaults and spaces that were left out make it longer than what was read
    // may be.
    const auto json = base::Json::parse(written, {.max_bytes = SIZE_MAX, .max_values = SIZE_MAX});
    if (!json) std::abort();
    const auto again = Manifest::from_json(*json);
    if (!again || *again != *first || again->to_json().str(2) != written) std::abort();
    return true;
}

inline bool image_manifest(std::string_view text) {
    if (!round_trip<schema::ImageManifest>(text)) return false;
    const auto manifest = schema::ImageManifest::parse(text);
    (void)schema::warnings(*manifest);
    (void)schema::image_settings(manifest->annotations);
    return true;
}

/// A manifest that was accepted has settings: nobody meets an error later.
inline bool pod_manifest(std::string_view text) {
    if (!round_trip<schema::PodManifest>(text)) return false;
    const auto manifest = schema::PodManifest::parse(text);
    (void)schema::warnings(*manifest);
    if (!schema::pod_settings(*manifest)) std::abort();
    for (const auto& app : manifest->apps)
        if (!schema::app_settings(app)) std::abort();
    return true;
}

inline bool oci_document(std::string_view text) {
    const auto archive = schema::parse_docker_archive(text);
    if (archive) (void)schema::select_image(*archive, "");
    const auto document = schema::parse_oci_document(text);
    if (!document) return archive.has_value();
    // No text is a manifest to one reader and an index to another.
    const bool manifest = schema::parse_oci_manifest(text, schema::kOciManifestType).has_value();
    const bool index = schema::parse_oci_index(text, schema::kOciIndexType).has_value();
    if (manifest && index) std::abort();
    if (const auto* found = std::get_if<schema::OciIndex>(&*document))
        (void)schema::select_image(*found, "", {"amd64", "linux", ""});
    return true;
}

/// What an OCI image becomes is a manifest that the parser takes.
inline bool oci_config(std::string_view text) {
    const auto config = schema::parse_oci_config(text);
    if (!config) return false;
    const auto name = schema::image_name_of("fuzz:1", "");
    const auto image = schema::to_image_manifest(*config, *name);
    if (!image) return true;
    const auto again = schema::ImageManifest::from_json(image->manifest.to_json());
    if (!again || *again != image->manifest) std::abort();
    if (!schema::image_settings(image->manifest.annotations)) std::abort();
    return true;
}

}  // namespace podd::fuzz
