// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/pod_manifest.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "schema/app_json.h"
#include "schema/pod_manifest_checks.h"
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

Result<void> read_host_volume(const JsonNode& node, Volume& volume) {
    volume.source = TRY(read_member(node, "source", checked_text(check_path)));
    TRY(refuse_members(node, {"mode", "uid", "gid"}, "host"));
    const JsonNode idmap = TRY(node.member("idmap"));
    if (idmap.absent()) return {};
    constexpr std::string_view kWanted = R"("owner", "foreign" or "host")";
    const std::string text = TRY(idmap.text(kWanted));
    const auto* word = std::ranges::find(kIdmaps, text, &IdmapWord::text);
    if (word == std::end(kIdmaps)) return idmap.refuse(kWanted);
    volume.idmap = word->idmap;
    return {};
}

Result<void> read_empty_volume(const JsonNode& node, Volume& volume) {
    TRY(refuse_members(node, {"source", "idmap"}, "empty"));
    volume.mode = TRY(read_optional(node, "mode", read_mode))
    .value_or(kDefaultMode);
    volume.uid = TRY(read_member(node, "uid", read_id));
    volume.gid = TRY(read_member(node, "gid", read_id));
    return {};
}

Result<Volume> read_volume(const JsonNode& node) {
    auto name = TRY(read_member(node, "name", read_parsed<AcName>));
    constexpr std::string_view kWanted = "\"empty\" or \"host\"";
    const JsonNode kind = TRY(node.member("kind"));
    const std::string text = TRY(kind.text(kWanted));
    if (text != "empty" && text != "host") return kind.refuse(kWanted);
    Volume volume{.name = std::move(name)};
    volume.kind = text == "host" ? Volume::Kind::kHost : Volume::Kind::kEmpty;
    const auto read_boolean = [](const JsonNode& flag) { return flag.boolean(); };
    volume.read_only = TRY(read_optional(node, "readOnly", read_boolean));
    volume.recursive = TRY(read_optional(node, "recursive", read_boolean));
    TRY(volume.kind == Volume::Kind::kHost ? read_host_volume(node, volume)
                                           : read_empty_volume(node, volume));
    return volume;
}

// What other tools take for an image is rather where it is fetched from.
Result<AcIdentifier> read_image_name(const JsonNode& node) {
    const auto text = TRY(node.text());
    if (text.find("://") != std::string::npos)
        return node.refuse(
            "the image's name, such as \"docker.io/library/nginx\"; where it is fetched from says "
            "the app's annotation \"podd.org/pull-from\"");
    return read_parsed<AcIdentifier>(node);
}

Result<ImageReference> read_image(const JsonNode& node) {
    ImageReference image;
    image.id = TRY(read_optional(node, "id", checked_text(check_image_id)));
    image.name = TRY(read_optional(node, "name", read_image_name));
    image.labels = TRY(read_labels(node));
    if (!image.id && !image.name)
        return node.here(
            found_wanted("neither \"name\" nor \"id\"",
                         "the image's \"name\" (with \"labels\"), its \"id\" or both"));
    return image;
}

Result<Mount> read_mount(const JsonNode& node) {
    auto volume = TRY(read_member(node, "volume", read_parsed<AcName>));
    auto path = TRY(read_member(node, "path", checked_text(check_mount_path)));
    auto app_volume = TRY(read_optional(node, "appVolume", read_volume));
    return Mount{std::move(volume), std::move(path), std::move(app_volume)};
}

Result<RuntimeApp> read_runtime_app(const JsonNode& node) {
    auto name = TRY(read_member(node, "name", read_parsed<AcName>));
    auto image = TRY(read_member(node, "image", read_image));
    RuntimeApp app{.name = std::move(name), .image = std::move(image)};
    app.app = TRY(read_optional(node, "app", read_app));
    app.read_only_root_fs = TRY(read_flag(node, "readOnlyRootFS"));
    app.mounts = TRY(read_short_list(node, "mounts", read_mount));
    app.annotations = TRY(read_annotations(node));
    return app;
}

Result<ExposedPort> read_exposed_port(const JsonNode& node) {
    auto name = TRY(read_member(node, "name", read_parsed<AcName>));
    const JsonNode host_port = TRY(node.member("hostPort"));
    ExposedPort port{.name = std::move(name)};
    port.host_port = static_cast<std::uint16_t>(TRY(host_port.natural(1, 65535)));
    port.host_ip = TRY(read_text_or_empty(node, "hostIP"));
    const JsonNode host_ip = TRY(node.member("hostIP"));
    if (auto good = check_ipv4(port.host_ip); !good && !port.host_ip.empty())
        return host_ip.here(std::move(good).error());
    port.pod_port = TRY(read_optional(node, "podPort", read_port));
    return port;
}

Json write_volume(const Volume& volume) {
    const bool host = volume.kind == Volume::Kind::kHost;
    Json json{Json::Object{{"name", volume.name.str()}, {"kind", host ? "host" : "empty"}}};
    if (host) json.add("source", volume.source);
    if (volume.read_only) json.add("readOnly", *volume.read_only);
    if (volume.recursive) json.add("recursive", *volume.recursive);
    if (!host) {
        json.add("mode", fmt::format("{:04o}", volume.mode));
        json.add("uid", std::int64_t{volume.uid});
        json.add("gid", std::int64_t{volume.gid});
    }
    if (volume.idmap)
        json.add("idmap", std::ranges::find(kIdmaps, *volume.idmap, &IdmapWord::idmap)->text);
    return json;
}

Json write_runtime_app(const RuntimeApp& app) {
    Json image{Json::Object{}};
    if (app.image.id) image.add("id", *app.image.id);
    if (app.image.name) image.add("name", app.image.name->str());
    add_labels(image, app.image.labels);
    Json json{Json::Object{{"name", app.name.str()}, {"image", std::move(image)}}};
    if (app.app) json.add("app", write_app(*app.app));
    if (app.read_only_root_fs) json.add("readOnlyRootFS", true);
    add_list(json, "mounts", app.mounts, [](const Mount& mount) {
        Json one{Json::Object{{"volume", mount.volume.str()}, {"path", mount.path}}};
        if (mount.app_volume) one.add("appVolume", write_volume(*mount.app_volume));
        return one;
    });
    add_annotations(json, app.annotations);
    return json;
}

Json write_exposed_port(const ExposedPort& port) {
    Json json{Json::Object{{"name", port.name.str()}, {"hostPort", int{port.host_port}}}};
    if (!port.host_ip.empty()) json.add("hostIP", port.host_ip);
    if (port.pod_port) json.add("podPort", write_port(*port.pod_port));
    return json;
}

}  // namespace

Result<PodManifest> PodManifest::parse(std::string_view text) {
    const Json json = TRY(Json::parse(text));
    return from_json(json);
}

Result<PodManifest> PodManifest::from_json(const Json& json) {
    const JsonNode node{json};
    PodManifest manifest;
    manifest.ac_version = TRY(read_kind_and_version(node, "PodManifest"));
    manifest.apps = TRY(read_short_list(node, "apps", read_runtime_app));
    manifest.volumes = TRY(read_short_list(node, "volumes", read_volume));
    manifest.isolators = TRY(read_isolators(node));
    manifest.annotations = TRY(read_annotations(node));
    manifest.ports = TRY(read_short_list(node, "ports", read_exposed_port));
    manifest.user_annotations = TRY(read_string_map(node, "userAnnotations"));
    manifest.user_labels = TRY(read_string_map(node, "userLabels"));
    TRY(check_pod_manifest(node, manifest));
    return manifest;
}

Json PodManifest::to_json() const {
    Json json{Json::Object{{"acVersion", ac_version}, {"acKind", "PodManifest"}}};
    add_list(json, "apps", apps, write_runtime_app);
    add_list(json, "volumes", volumes, write_volume);
    add_isolators(json, isolators);
    add_annotations(json, annotations);
    add_list(json, "ports", ports, write_exposed_port);
    add_string_map(json, "userAnnotations", user_annotations);
    add_string_map(json, "userLabels", user_labels);
    return json;
}

std::optional<std::string_view> annotation(const std::vector<Annotation>& annotations,
                                           std::string_view name) {
    for (const auto& one : annotations)
        if (one.name.str() == name) return one.value;
    return std::nullopt;
}

}  // namespace podd::schema
