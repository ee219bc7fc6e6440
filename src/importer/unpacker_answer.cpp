// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/unpacker_answer.h"

namespace podd::importer {

using archive::Kind;
using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

std::string_view kind_name(Kind kind) {
    switch (kind) {
        case Kind::kAci: return "aci";
        case Kind::kLayer: return "layer";
        case Kind::kContainer: return "container";
    }
    return "layer";
}

std::optional<Kind> kind_value(const Json* json) {
    if (json == nullptr || json->as_string() == nullptr) return std::nullopt;
    for (const auto kind : {Kind::kAci, Kind::kLayer, Kind::kContainer})
        if (*json->as_string() == kind_name(kind)) return kind;
    return std::nullopt;
}

Json unpacked_json(const archive::Unpacked& unpacked) {
    Json notes{Json::Array{}};
    for (const auto& note : unpacked.notes)
        notes.push_back(note);
    Json json;
    json.add("kind", kind_name(unpacked.kind));
    json.add("manifest", unpacked.manifest);
    json.add("bytes", unpacked.bytes);
    json.add("notes", std::move(notes));
    return json;
}

Result<archive::Unpacked> unpacked_value(const Json& json) {
    archive::Unpacked unpacked;
    const auto kind = kind_value(json.find("kind"));
    const Json* manifest = json.find("manifest");
    const Json* bytes = json.find("bytes");
    const Json* notes = json.find("notes");
    const auto size = bytes == nullptr ? std::nullopt : bytes->as_uint();
    if (!kind || manifest == nullptr || manifest->as_string() == nullptr || !size ||
        notes == nullptr || notes->as_array() == nullptr)
        return Error{ErrorCode::kInternal, "the unpacker gave no readable result"};
    unpacked.kind = *kind;
    unpacked.manifest = *manifest->as_string();
    unpacked.bytes = *size;
    for (const Json& note : *notes->as_array())
        if (note.as_string() != nullptr) unpacked.notes.push_back(*note.as_string());
    return unpacked;
}

}  // namespace podd::importer
