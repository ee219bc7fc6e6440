// SPDX-License-Identifier: LGPL-2.1-or-later
// What the metadata service says of one pod: its record as the documents that are asked for.
#pragma once

#include <map>
#include <string>

#include "base/result.h"
#include "plan/metadata_record.h"
#include "schema/uuid.h"

namespace podd::metadata {

struct Annotations {
    std::string json;  // the whole list; "null" where the manifest has none
    std::map<std::string, std::string, std::less<>> values;
};

struct ServedApp {
    std::string image_id;
    std::string image_manifest;
    Annotations annotations;
};

struct ServedPod {
    std::string name;
    schema::Uuid uuid;
    std::string uuid_text;
    std::string token;
    std::string manifest;
    Annotations annotations;
    std::map<std::string, ServedApp, std::less<>> apps;
};

/// Errors: kCorrupt: a uuid or a token that is none.
base::Result<ServedPod> served_pod(plan::MetadataRecord record);

}  // namespace podd::metadata
