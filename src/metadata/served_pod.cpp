// SPDX-License-Identifier: LGPL-2.1-or-later
#include "metadata/served_pod.h"

#include <string_view>
#include <utility>

#include "base/name_values.h"

namespace podd::metadata {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

Annotations annotations_of(plan::MetadataAnnotations list) {
    if (!list) return {"null", {}};
    Annotations annotations{base::name_value_list(*list).str(), {}};
    for (auto& [name, value] : *list)
        annotations.values.insert_or_assign(std::move(name), std::move(value));
    return annotations;
}

// With a shorter one, another could be guessed.
bool is_token(std::string_view text) {
    return text.size() == plan::kMetadataTokenDigits &&
           text.find_first_not_of(kHexDigits) == std::string_view::npos;
}

}  // namespace

Result<ServedPod> served_pod(plan::MetadataRecord record) {
    const auto uuid = schema::Uuid::parse(record.uuid);
    if (!uuid) return Error{ErrorCode::kCorrupt, "the record's uuid is none"};
    if (!is_token(record.token)) return Error{ErrorCode::kCorrupt, "the record's token is none"};
    ServedPod pod{.name = std::move(record.pod),
                  .uuid = *uuid,
                  .uuid_text = uuid->str(),
                  .token = std::move(record.token),
                  .manifest = std::move(record.manifest),
                  .annotations = annotations_of(std::move(record.annotations)),
                  .apps = {}};
    for (auto& app : record.apps)
        pod.apps.insert_or_assign(std::move(app.name),
                                  ServedApp{std::move(app.image_id), std::move(app.image_manifest),
                                            annotations_of(std::move(app.annotations))});
    return pod;
}

}  // namespace podd::metadata
