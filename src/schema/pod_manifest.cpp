// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/pod_manifest.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/ip_address.h"
#include "schema/app_json.h"
#include "schema/pod_manifest_checks.h"
#include "schema/scalars.h"
#include "schema/volume_json.h"

namespace podd::schema {

using base::Json;
using base::Result;

namespace {

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
    const JsonNode args = TRY(node.member("args"));
    if (!args.absent()) app.args = TRY(read_texts(node, "args"));
    if (app.args && app.app)
        return args.here(found_wanted("it beside \"app\"",
                                      "one of both: \"exec\" of an \"app\" has all arguments"));
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
    // In one spelling: "::1" and "0::1" are the same.
    const JsonNode host_ip = TRY(node.member("hostIP"));
    auto address = base::canonical_address(port.host_ip);
    if (!address && !port.host_ip.empty())
        return host_ip.refuse("an IPv4 or IPv6 address such as \"192.0.2.1\" or \"2001:db8::1\"");
    port.host_ip = std::move(address).value_or("");
    port.pod_port = TRY(read_optional(node, "podPort", read_port));
    return port;
}

Json write_runtime_app(const RuntimeApp& app) {
    Json image{Json::Object{}};
    if (app.image.id) image.add("id", *app.image.id);
    if (app.image.name) image.add("name", app.image.name->str());
    add_labels(image, app.image.labels);
    Json json{Json::Object{{"name", app.name.str()}, {"image", std::move(image)}}};
    if (app.app) json.add("app", write_app(*app.app));
    if (app.args) json.add("args", write_texts(*app.args));
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

bool is_written_with_host_ids(const Volume& volume) {
    return volume.kind == Volume::Kind::kHost && volume.idmap == VolumeIdmap::kHost &&
           !volume.read_only.value_or(false);
}

bool keeps_setuid_from_host(const PodManifest& manifest) {
    const auto keeps = [](const Volume& volume) {
        return is_written_with_host_ids(volume) && !volume.setuid_files.value_or(false);
    };
    return std::ranges::any_of(manifest.volumes, keeps) ||
           std::ranges::any_of(manifest.apps, [&](const RuntimeApp& app) {
               return std::ranges::any_of(app.mounts, [&](const Mount& mount) {
                   return mount.app_volume && keeps(*mount.app_volume);
               });
           });
}

std::optional<std::string_view> annotation(const std::vector<Annotation>& annotations,
                                           std::string_view name) {
    for (const auto& one : annotations)
        if (one.name.str() == name) return one.value;
    return std::nullopt;
}

}  // namespace podd::schema
