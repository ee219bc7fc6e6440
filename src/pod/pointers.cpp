// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/pointers.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace podd::pod {

namespace {

template <typename T, typename Is>
std::optional<std::size_t> index_of(const std::vector<T>& list, Is is) {
    const auto found = std::find_if(list.begin(), list.end(), is);
    if (found == list.end()) return std::nullopt;
    return static_cast<std::size_t>(found - list.begin());
}

std::string element(std::string list, std::optional<std::size_t> index) {
    return index ? fmt::format("{}/{}", list, *index) : std::move(list);
}

template <typename T>
auto is_called(std::string_view name) {
    return [name](const T& one) { return one.name.str() == name; };
}

}  // namespace

std::string annotation_pointer(const std::string& at,
                               const std::vector<schema::Annotation>& annotations,
                               std::string_view name) {
    return element(at + "/annotations", index_of(annotations, is_called<schema::Annotation>(name)));
}

std::string isolator_pointer(const std::string& at, const std::vector<schema::Isolator>& isolators,
                             std::string_view name) {
    return element(at + "/isolators", index_of(isolators, is_called<schema::Isolator>(name)));
}

AppPointers::AppPointers(const schema::PodManifest& manifest, std::size_t index)
    : manifest_{manifest}, runtime_{manifest.apps[index]}, app_{fmt::format("/apps/{}", index)} {}

std::string AppPointers::member(std::string_view path) const {
    if (!runtime_.app) return image();
    return path.empty() ? app_ + "/app" : fmt::format("{}/app/{}", app_, path);
}

std::string AppPointers::isolator(std::string_view name) const {
    const auto is = is_called<schema::Isolator>(name);
    if (runtime_.app)
        if (const auto index = index_of(runtime_.app->isolators, is))
            return element(app_ + "/app/isolators", index);
    if (const auto index = index_of(manifest_.isolators, is)) return element("/isolators", index);
    return member("isolators");
}

std::string AppPointers::handler(schema::EventHandler::Name name) const {
    if (!runtime_.app) return image();
    const auto is = [&](const schema::EventHandler& one) { return one.name == name; };
    return element(app_ + "/app/eventHandlers", index_of(runtime_.app->event_handlers, is));
}

std::string AppPointers::annotation(std::string_view name) const {
    return annotation_pointer(app_, runtime_.annotations, name);
}

std::string AppPointers::mount(std::string_view target) const {
    const auto is_there = [&](const auto& one) { return one.path == target; };
    if (const auto index = index_of(runtime_.mounts, is_there))
        return element(app_ + "/mounts", index);
    if (!runtime_.app) return image();
    return element(app_ + "/app/mountPoints", index_of(runtime_.app->mount_points, is_there));
}

std::string AppPointers::volume(const schema::Volume& volume, std::string_view target) const {
    const auto mount_index =
        index_of(runtime_.mounts, [&](const schema::Mount& one) { return one.path == target; });
    if (mount_index && runtime_.mounts[*mount_index].app_volume)
        return element(app_ + "/mounts", mount_index) + "/appVolume";
    const auto index = index_of(manifest_.volumes,
                                [&](const schema::Volume& one) { return one.name == volume.name; });
    return index ? element("/volumes", index) : mount(target);
}

}  // namespace podd::pod
