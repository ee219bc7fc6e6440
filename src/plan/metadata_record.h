// SPDX-License-Identifier: LGPL-2.1-or-later
// What the metadata service serves of one run of a pod: written beside the plan, handed over as an
// open file by `run`. Source: podd-metadata.service(8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace podd::plan {

/// In the pod's runtime folder, 0600.
inline constexpr std::string_view kMetadataFile = "metadata.json";
inline constexpr std::size_t kMetadataMaxBytes = std::size_t{8} * 1024 * 1024;

/// Where the service takes pods: one message kMetadataHello for each, with three descriptors: the
/// listening socket, a pidfd of the pod's PID 1, the record.
inline constexpr const char* kMetadataSocket = "/run/podd/metadata.socket";
inline constexpr std::string_view kMetadataHello = "podd-metadata 1";
inline constexpr std::size_t kMetadataFds = 3;

/// At the loopback address of a pod with a network of its own. Source: rkt's port.
inline constexpr std::uint16_t kMetadataPort = 18112;
inline constexpr std::size_t kMetadataTokenDigits = 64;  // hex, 256 random bits

/// Name and value, in order. None: the manifest has no such member.
using MetadataAnnotations = std::optional<std::vector<std::pair<std::string, std::string>>>;

struct MetadataApp {
    std::string name;
    std::string image_id;
    std::string image_manifest;  // as text
    MetadataAnnotations annotations;
};

struct MetadataRecord {
    std::string pod;
    std::string uuid;
    std::string token;
    std::string manifest;  // as text
    MetadataAnnotations annotations;
    std::vector<MetadataApp> apps;
};

base::Json to_json(const MetadataRecord& record);
/// Errors: kCorrupt with the member's name.
base::Result<MetadataRecord> metadata_record(const base::Json& json);
/// Errors: kCorrupt; kInvalidArgument: no JSON.
base::Result<MetadataRecord> parse_metadata_record(std::string_view text);

}  // namespace podd::plan
