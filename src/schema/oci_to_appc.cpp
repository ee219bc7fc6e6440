// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/oci_to_appc.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "schema/annotations.h"
#include "schema/default_path.h"
#include "schema/json_node.h"
#include "schema/oci_ports.h"
#include "schema/platform.h"
#include "schema/scalars.h"
#include "schema/signal.h"

namespace podd::schema {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kEnding = ".tar";

using Notes = std::vector<std::string>;

AcIdentifier identifier(std::string_view text) {
    return AcIdentifier::parse(text).value();
}

void set_annotation(std::vector<Annotation>& annotations, std::string_view name,
                    std::string_view value) {
    annotations.push_back({identifier(name), std::string{value}});
}

std::vector<std::string> command(const OciImageConfig& config) {
    std::vector<std::string> exec = config.entrypoint;
    if (exec == std::vector<std::string>{""}) exec.clear();  // Docker's way of unsetting it
    exec.insert(exec.end(), config.cmd.begin(), config.cmd.end());
    return exec;
}

std::vector<EnvironmentVariable> environment(const OciImageConfig& config, Notes& notes) {
    std::vector<EnvironmentVariable> list;
    const auto find = [&](std::string_view name) {
        return std::find_if(list.begin(), list.end(),
                            [&](const EnvironmentVariable& one) { return one.name == name; });
    };
    for (const auto& entry : config.env) {
        const auto equals = entry.find('=');
        const std::string name = entry.substr(0, equals);
        if (equals == std::string::npos || !check_environment_name(name)) {
            notes.push_back(fmt::format("environment variable {} is left out: its name is not one",
                                        quoted(name)));
            continue;
        }
        const auto before = find(name);
        if (before != list.end())
            before->value = entry.substr(equals + 1);
        else
            list.push_back({name, entry.substr(equals + 1)});
    }
    if (find("PATH") == list.end())
        list.insert(list.begin(), {std::string{"PATH"}, std::string{kDefaultPath}});
    return list;
}

// "", "u", "u:g", ":g"
Result<void> set_user(const OciImageConfig& config, App& app,
                      std::vector<Annotation>& annotations) {
    const std::string& text = config.user;
    const auto colon = text.find(':');
    const std::string user = text.substr(0, colon);
    const std::string group = colon == std::string::npos ? "" : text.substr(colon + 1);
    // appc would take these for the owner of a file.
    if (user.starts_with('/') || group.starts_with('/'))
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("/config/User: found {}, wanted names or numbers", quoted(text))};
    app.user = user.empty() ? "0" : user;
    app.group = group.empty() ? "0" : group;
    if (!user.empty() && group.empty()) set_annotation(annotations, kGroupFromUser, "true");
    return {};
}

// Absolute, without "//", ".", ".." and a "/" at the end.
std::string normal_path(std::string_view text) {
    std::vector<std::string_view> components;
    while (!text.empty()) {
        const auto slash = std::min(text.find('/'), text.size());
        const auto component = text.substr(0, slash);
        text.remove_prefix(std::min(slash + 1, text.size()));
        if (component == ".." && !components.empty()) components.pop_back();
        if (!component.empty() && component != "." && component != "..")
            components.push_back(component);
    }
    std::string path;
    for (const auto component : components)
        path.append("/").append(component);
    return path.empty() ? "/" : path;
}

std::vector<MountPoint> mount_points(const OciImageConfig& config, Notes& notes) {
    std::vector<MountPoint> points;
    std::set<std::string> names;
    std::set<std::string> paths;
    for (const auto& volume : config.volumes) {
        const std::string path = normal_path(volume);
        if (path == "/") {
            notes.push_back(fmt::format("volume {} is left out: it is the root", quoted(volume)));
            continue;
        }
        if (!paths.insert(path).second) continue;
        const auto sanitized = AcName::sanitized(path.substr(0, 150));
        const std::string stem = sanitized ? sanitized->str() : "volume";
        std::string name = stem;
        for (int n = 2; !names.insert(name).second; ++n)
            name = fmt::format("{}-{}", stem, n);
        points.push_back({AcName::parse(name).value(), path, false});
    }
    return points;
}

void set_stop_signal(const OciImageConfig& config, std::vector<Annotation>& annotations,
                     Notes& notes) {
    if (config.stop_signal.empty()) return;
    const auto signal = parse_signal(config.stop_signal);
    if (signal)
        set_annotation(annotations, kStopSignal, signal_name(*signal));
    else
        notes.push_back(fmt::format("stop signal is left out: {}", signal.error().message()));
}

// Labels of the image that are annotations as well, where that makes sense to a reader of them.
void add_label_annotations(const OciImageConfig& config, std::vector<Annotation>& annotations) {
    std::set<std::string> names;
    for (const auto& one : annotations)
        names.insert(one.name.str());
    for (const auto& [key, value] : config.labels) {
        auto name = AcIdentifier::parse(key);
        if (!name || names.contains(key) || annotations.size() >= kMaxElements) continue;
        // These two say how podd read the image; nobody else can know.
        if (key == kGroupFromUser || key == kMakeWorkingDirectory) continue;
        if (key == "created" && !check_date(value)) continue;
        if ((key == "homepage" || key == "documentation") && !check_web_url(value)) continue;
        Annotation annotation{std::move(name).value(), value};
        if (!image_settings({annotation})) continue;
        names.insert(key);
        annotations.push_back(std::move(annotation));
    }
}

Result<std::vector<Label>> platform_labels(const OciPlatform& platform) {
    if (platform.os.empty() && platform.architecture.empty()) return std::vector<Label>{};
    const auto ours = platform_of_oci(platform.os, platform.architecture, platform.variant);
    if (!ours)
        return Error{ErrorCode::kUnsupported,
                     fmt::format("image is for {}, which podd does not know",
                                 quoted(fmt::format("{}/{}{}{}", platform.os, platform.architecture,
                                                    platform.variant.empty() ? "" : "/",
                                                    platform.variant)))};
    return std::vector<Label>{{identifier("os"), ours->os}, {identifier("arch"), ours->arch}};
}

Result<std::vector<Label>> all_labels(const OciImageConfig& config, const ImageName& image_name,
                                      const std::vector<Label>& given) {
    std::vector<Label> labels;
    if (image_name.version) labels.push_back({identifier("version"), *image_name.version});
    auto platform = TRY(platform_labels(config.platform));
    labels.insert(labels.end(), platform.begin(), platform.end());
    for (const auto& one : given) {
        const auto hit = std::find_if(labels.begin(), labels.end(),
                                      [&](const Label& other) { return other.name == one.name; });
        if (hit == labels.end()) {
            labels.push_back(one);
            continue;
        }
        if (one.name.str() != "version" && hit->value != one.value)
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("label \"{}\": found {}, wanted {}, which the image says "
                                     "itself",
                                     one.name.str(), quoted(one.value), quoted(hit->value))};
        hit->value = one.value;
    }
    return labels;
}

void set_working_directory(const OciImageConfig& config, App& app,
                           std::vector<Annotation>& annotations) {
    if (config.working_dir.empty()) return;
    app.working_directory = normal_path(config.working_dir);
    set_annotation(annotations, kMakeWorkingDirectory, "true");
}

}  // namespace

Result<ImageName> image_name_of(std::string_view reference, std::string_view fallback) {
    const auto at = reference.find('@');
    if (at != std::string_view::npos) reference = reference.substr(0, at);
    const auto slash = reference.rfind('/');
    const auto last = slash == std::string_view::npos ? 0 : slash + 1;
    const auto colon = reference.find(':', last);
    if (fallback.ends_with(kEnding)) fallback.remove_suffix(kEnding.size());
    const bool bare = slash == std::string_view::npos && colon == std::string_view::npos;
    if (reference.empty() || (bare && !fallback.empty())) {
        auto name = TRY_CONTEXT(AcIdentifier::sanitized(fallback), "name of the image");
        ImageName result{.name = std::move(name)};
        if (!reference.empty()) result.version = std::string{reference};
        return result;
    }
    auto name =
        TRY_CONTEXT(AcIdentifier::sanitized(reference.substr(0, colon)), "name of the image");
    ImageName result{.name = std::move(name)};
    if (colon != std::string_view::npos && colon + 1 < reference.size())
        result.version = std::string{reference.substr(colon + 1)};
    return result;
}

Result<ConvertedImage> to_image_manifest(const OciImageConfig& config, const ImageName& image_name,
                                         const std::vector<Label>& labels) {
    ConvertedImage image{
        .manifest = {.ac_version = std::string{kAcVersion}, .name = image_name.name}};
    auto& manifest = image.manifest;
    manifest.labels = TRY(all_labels(config, image_name, labels));
    App app;
    app.exec = command(config);
    image.default_arguments = config.cmd.size();
    TRY(set_user(config, app, manifest.annotations));
    set_working_directory(config, app, manifest.annotations);
    app.environment = environment(config, image.notes);
    app.mount_points = mount_points(config, image.notes);
    app.ports = oci_ports(config.exposed_ports, image.notes);
    app.user_labels = config.labels;
    manifest.app = std::move(app);
    set_stop_signal(config, manifest.annotations, image.notes);
    if (check_date(config.created)) set_annotation(manifest.annotations, "created", config.created);
    if (!config.author.empty()) set_annotation(manifest.annotations, "authors", config.author);
    for (const auto& [name, value] : config.health.annotations)
        set_annotation(manifest.annotations, name, value);
    if (!config.health.note.empty()) image.notes.push_back(config.health.note);
    add_label_annotations(config, manifest.annotations);
    return image;
}

}  // namespace podd::schema
