// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/volume_json.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include <fmt/format.h>

#include "schema/isolators.h"
#include "schema/scalars.h"

namespace podd::schema {

using base::Json;
using base::Result;

namespace {

constexpr std::uint32_t kMaxMode = 07777;
constexpr std::uint32_t kDefaultMode = 0755;

Result<std::uint32_t> read_mode(const JsonNode& node) {
    constexpr std::string_view kWanted = "an octal mode in a string, such as \"0755\"";
    const std::string text = TRY(node.text(kWanted));
    std::uint32_t mode = 0;
    bool good = !text.empty() && text.size() <= 5;
    for (const char c : text) {
        good = good && c >= '0' && c <= '7';
        if (good) mode = mode * 8 + static_cast<std::uint32_t>(c - '0');
    }
    if (!good || mode > kMaxMode) return node.refuse(kWanted);
    return mode;
}

Result<std::uint32_t> read_id(const JsonNode& node) {
    if (node.absent()) return std::uint32_t{0};
    return static_cast<std::uint32_t>(TRY(node.natural(0, kMaxId)));
}

Result<void> refuse_members(const JsonNode& node, std::initializer_list<std::string_view> names,
                            std::string_view kind) {
    for (const auto name : names) {
        const JsonNode member = TRY(node.member(name));
        if (!member.absent())
            return member.refuse(fmt::format("no \"{}\" on a volume of kind \"{}\"", name, kind));
    }
    return {};
}

struct IdmapWord {
    std::string_view text;
    VolumeIdmap idmap;
};
constexpr IdmapWord kIdmaps[] = {{"owner", VolumeIdmap::kOwner},
                                 {"foreign", VolumeIdmap::kForeign},
                                 {"host", VolumeIdmap::kHost}};

Result<VolumeIdmap> read_idmap(const JsonNode& node) {
    constexpr std::string_view kWanted = R"("owner", "foreign" or "host")";
    const std::string text = TRY(node.text(kWanted));
    const auto* word = std::ranges::find(kIdmaps, text, &IdmapWord::text);
    if (word == std::end(kIdmaps)) return node.refuse(kWanted);
    return word->idmap;
}

Result<VolumePropagation> read_propagation(const JsonNode& node) {
    constexpr std::string_view kWanted =
        "\"private\" or \"slave\", as no mount of a pod's reaches the host";
    const std::string text = TRY(node.text(kWanted));
    if (text != "private" && text != "slave") return node.refuse(kWanted);
    return text == "slave" ? VolumePropagation::kSlave : VolumePropagation::kPrivate;
}

Result<bool> read_boolean(const JsonNode& node) {
    return node.boolean();
}

Result<void> read_host_volume(const JsonNode& node, Volume& volume) {
    volume.source = TRY(read_member(node, "source", checked_text(check_path)));
    TRY(refuse_members(node, {"mode", "uid", "gid", "medium", "size", "fromImage"}, "host"));
    volume.idmap = TRY(read_optional(node, "idmap", read_idmap));
    volume.setuid_files = TRY(read_optional(node, "setuidFiles", read_boolean));
    if (volume.setuid_files && volume.idmap != VolumeIdmap::kHost) {
        const JsonNode setuid_files = TRY(node.member("setuidFiles"));
        return setuid_files.refuse("it beside \"idmap\": \"host\" only");
    }
    volume.propagation = TRY(read_optional(node, "propagation", read_propagation));
    return {};
}

Result<VolumeMedium> read_medium(const JsonNode& node) {
    constexpr std::string_view kWanted = "\"disk\" or \"memory\"";
    const std::string text = TRY(node.text(kWanted));
    if (text != "disk" && text != "memory") return node.refuse(kWanted);
    return text == "memory" ? VolumeMedium::kMemory : VolumeMedium::kDisk;
}

Result<std::uint64_t> read_size(const JsonNode& node) {
    constexpr std::string_view kWanted = "an amount of memory above 0, such as \"64Mi\"";
    const auto* text = node.json().as_string();
    const auto size = Quantity::parse(text != nullptr ? *text : node.json().str());
    // To tmpfs, 0 means that there is no limit.
    if (!size || size->value() == 0 || size->value() > INT64_MAX) return node.refuse(kWanted);
    return size->value();
}

// The image's folder says all about itself.
Result<void> check_from_image(const JsonNode& node, const Volume& volume) {
    if (!volume.from_image.value_or(false)) return {};
    if (volume.medium == VolumeMedium::kMemory) {
        const JsonNode from_image = TRY(node.member("fromImage"));
        return from_image.refuse("no such copy in memory; leave out \"medium\"");
    }
    for (const std::string_view name : {"mode", "uid", "gid"}) {
        const JsonNode member = TRY(node.member(name));
        if (!member.absent())
            return member.refuse("none beside \"fromImage\", as the image's folder says that");
    }
    return {};
}

Result<void> read_empty_volume(const JsonNode& node, Volume& volume) {
    TRY(refuse_members(node, {"source", "idmap", "setuidFiles", "propagation"}, "empty"));
    volume.medium = TRY(read_optional(node, "medium", read_medium));
    volume.size = TRY(read_optional(node, "size", read_size));
    if (volume.size && volume.medium != VolumeMedium::kMemory) {
        const JsonNode size = TRY(node.member("size"));
        return size.refuse("it beside \"medium\": \"memory\" only, as the disk has no such limit");
    }
    volume.mode = TRY(read_optional(node, "mode", read_mode))
    .value_or(kDefaultMode);
    volume.uid = TRY(read_member(node, "uid", read_id));
    volume.gid = TRY(read_member(node, "gid", read_id));
    volume.from_image = TRY(read_optional(node, "fromImage", read_boolean));
    return check_from_image(node, volume);
}

}  // namespace

Result<Volume> read_volume(const JsonNode& node) {
    auto name = TRY(read_member(node, "name", read_parsed<AcName>));
    constexpr std::string_view kWanted = "\"empty\" or \"host\"";
    const JsonNode kind = TRY(node.member("kind"));
    const std::string text = TRY(kind.text(kWanted));
    if (text != "empty" && text != "host") return kind.refuse(kWanted);
    Volume volume{.name = std::move(name)};
    volume.kind = text == "host" ? Volume::Kind::kHost : Volume::Kind::kEmpty;
    volume.read_only = TRY(read_optional(node, "readOnly", read_boolean));
    volume.recursive = TRY(read_optional(node, "recursive", read_boolean));
    TRY(volume.kind == Volume::Kind::kHost ? read_host_volume(node, volume)
                                           : read_empty_volume(node, volume));
    if (volume.propagation == VolumePropagation::kSlave && volume.recursive == false) {
        const JsonNode propagation = TRY(node.member("propagation"));
        return propagation.refuse("it beside a \"recursive\" that is true");
    }
    return volume;
}

Json write_volume(const Volume& volume) {
    const bool host = volume.kind == Volume::Kind::kHost;
    Json json{Json::Object{{"name", volume.name.str()}, {"kind", host ? "host" : "empty"}}};
    if (host) json.add("source", volume.source);
    if (volume.read_only) json.add("readOnly", *volume.read_only);
    if (volume.recursive) json.add("recursive", *volume.recursive);
    if (!host && !volume.from_image.value_or(false)) {
        json.add("mode", fmt::format("{:04o}", volume.mode));
        json.add("uid", std::int64_t{volume.uid});
        json.add("gid", std::int64_t{volume.gid});
    }
    if (volume.medium)
        json.add("medium", *volume.medium == VolumeMedium::kMemory ? "memory" : "disk");
    if (volume.size) json.add("size", *volume.size);
    if (volume.from_image) json.add("fromImage", *volume.from_image);
    if (volume.idmap)
        json.add("idmap", std::ranges::find(kIdmaps, *volume.idmap, &IdmapWord::idmap)->text);
    if (volume.setuid_files) json.add("setuidFiles", *volume.setuid_files);
    if (volume.propagation)
        json.add("propagation",
                 *volume.propagation == VolumePropagation::kSlave ? "slave" : "private");
    return json;
}

}  // namespace podd::schema
