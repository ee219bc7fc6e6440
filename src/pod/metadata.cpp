// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/metadata.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <sys/random.h>

#include "base/file.h"

namespace podd::pod {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

Result<std::string> new_token() {
    std::array<unsigned char, plan::kMetadataTokenDigits / 2> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return base::errno_error("getting random bytes", errno);
    return fmt::format("{:02x}", fmt::join(bytes, ""));
}

plan::MetadataAnnotations list_of(const std::vector<schema::Annotation>& annotations) {
    if (annotations.empty()) return std::nullopt;
    plan::MetadataAnnotations list{std::in_place};
    for (const auto& one : annotations)
        list->emplace_back(one.name.str(), one.value);
    return list;
}

// The image's, those of the pod's app in their place, and what only the pod says at the end.
// Source: appc spec 0.8.11, ace.md "Image Metadata".
plan::MetadataAnnotations merged(const std::vector<schema::Annotation>& image,
                                 const std::vector<schema::Annotation>& app) {
    auto all = image;
    for (const auto& one : app) {
        const auto same = std::find_if(all.begin(), all.end(),
                                       [&](const auto& other) { return other.name == one.name; });
        if (same == all.end())
            all.push_back(one);
        else
            same->value = one.value;
    }
    return list_of(all);
}

}  // namespace

std::optional<plan::Metadata> metadata_wish(const schema::PodSettings& settings,
                                            const std::vector<store::ImageRecord>& images) {
    // There, everybody on the host could reach it: not even by an explicit wish, see schema/.
    if (schema::is_shared(settings.network)) return std::nullopt;
    if (settings.metadata)
        return *settings.metadata ? std::optional{plan::Metadata::kRequired} : std::nullopt;
    const bool any = std::any_of(images.begin(), images.end(), [](const auto& image) {
        return image.kind == store::ImageKind::kAci;
    });
    return any ? std::optional{plan::Metadata::kOffered} : std::nullopt;
}

Result<Metadata> Metadata::begin(const std::string& pod, const std::string& uuid,
                                 const schema::PodManifest& manifest) {
    plan::MetadataRecord record{.pod = pod,
                                .uuid = uuid,
                                .token = {},
                                .manifest = {},
                                .annotations = list_of(manifest.annotations),
                                .apps = {}};
    record.token = TRY(new_token());
    return Metadata{std::move(record), manifest};
}

std::string Metadata::url() const {
    return fmt::format("http://127.0.0.1:{}/{}", plan::kMetadataPort, record_.token);
}

void Metadata::add(const ResolvedApp& app, const store::ImageRecord& image) {
    auto& runtime = manifest_.apps[record_.apps.size()];
    runtime.image.id = image.id;
    runtime.image.name = image.manifest.name;
    if (!runtime.app) runtime.app = image.manifest.app;
    for (const auto& mount : app.mounts)
        if (mount.implicit)
            runtime.mounts.push_back({mount.volume.name, mount.target, mount.volume});
    const auto text =
        image.manifest_text.empty() ? image.manifest.to_json().str() : image.manifest_text;
    record_.apps.push_back(
        {app.name, image.id, text, merged(image.manifest.annotations, runtime.annotations)});
}

plan::MetadataRecord Metadata::finish() && {
    record_.manifest = manifest_.to_json().str();
    return std::move(record_);
}

Result<> write_metadata(int run_dir, const plan::MetadataRecord& record) {
    const auto text = plan::to_json(record).str();
    if (text.size() > plan::kMetadataMaxBytes)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("the manifests of the pod and its images have {} bytes, the "
                                 "metadata service takes {}; the annotation \"{}\": \"false\" "
                                 "does without it",
                                 text.size(), plan::kMetadataMaxBytes, schema::kMetadata)};
    return base::write_file(run_dir, std::string{plan::kMetadataFile}, text, 0600);
}

}  // namespace podd::pod
