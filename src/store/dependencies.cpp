// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/dependencies.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <sys/stat.h>

#include "schema/image_reference.h"
#include "store/record.h"

namespace podd::store {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

using Kept = std::optional<std::vector<std::string>>;

std::string clean_path(std::string_view path) {
    std::string clean;
    while (!path.empty()) {
        const auto name = path.substr(0, path.find('/'));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        if (name.empty() || name == ".") continue;
        if (!clean.empty()) clean += '/';
        clean += name;
    }
    return clean;
}

// A file must be in every list on the way to it.
Kept narrow(const Kept& outer, const std::vector<std::string>& whitelist) {
    if (whitelist.empty()) return outer;
    auto inner = clean_paths(whitelist);
    if (!outer) return inner;
    std::vector<std::string> both;
    std::set_intersection(outer->begin(), outer->end(), inner.begin(), inner.end(),
                          std::back_inserter(both));
    return both;
}

class Walk {
public:
    explicit Walk(const FindDependency& find) : find_{find} {}

    Result<> visit(const std::string& id, const schema::ImageManifest& manifest,
                   const Kept& outer) {
        TRY(check(id, manifest));
        path_.push_back(id);
        const auto kept = narrow(outer, manifest.path_whitelist);
        for (const auto& dependency : manifest.dependencies) {
            const auto found = TRY_CONTEXT(find_(dependency), "image \"{}\" depends on \"{}\"",
                                           manifest.name.str(), dependency.image_name.str());
            TRY(visit(found.id, found.manifest, kept));
        }
        path_.pop_back();
        Part part{id, kept};
        std::erase(parts_, part);
        parts_.push_back(std::move(part));
        return {};
    }

    std::vector<Part> take() { return std::move(parts_); }

private:
    Result<> check(const std::string& id, const schema::ImageManifest& manifest) {
        const auto refuse = [&](const std::string& why) {
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("image \"{}\" {}", manifest.name.str(), why)};
        };
        if (std::find(path_.begin(), path_.end(), id) != path_.end())
            return refuse(fmt::format("({}) depends on itself", id));
        if (path_.size() > kMaxDependencyDepth)
            return refuse(fmt::format("is more than {} dependencies deep", kMaxDependencyDepth));
        if (count_++ > kMaxDependencies)
            return refuse(fmt::format("is one of more than {} dependencies", kMaxDependencies));
        return {};
    }

    const FindDependency& find_;
    std::vector<std::string> path_;  // ids from the top to here
    std::vector<Part> parts_;
    std::size_t count_ = 0;
};

Result<ImageRecord> look_up(const Reader& reader, const schema::Dependency& dependency) {
    if (!dependency.image_id) return reader.by_name(dependency.image_name.str(), dependency.labels);
    const auto& id = *dependency.image_id;
    constexpr std::string_view kPrefix = "sha512-";
    // 64 digits are what rkt wrote.
    const bool length_fits = id.size() == kPrefix.size() + 64 || id.size() == kPrefix.size() + 128;
    if (!id.starts_with(kPrefix) || !length_fits)
        return Error{
            ErrorCode::kInvalidArgument,
            fmt::format("\"{}\" is no image id: wanted \"sha512-\" and 128 or 64 digits", id)};
    return reader.by_id(id);
}

// The labels are a stranger's, and the word is meant for a shell.
std::string word_of(const schema::Dependency& dependency) {
    schema::ImageReference reference;
    reference.name = dependency.image_name;
    reference.labels = dependency.labels;
    auto word = schema::str(reference);
    const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"/._-+=:,@~"}.find(c) != std::string_view::npos;
    });
    return plain ? word : dependency.image_name.str();
}

Error differs(const ImageRecord& image, const std::string& how) {
    return Error{ErrorCode::kConflict, fmt::format("image \"{}\" {}", image.id, how)};
}

// As distributed: the file that was imported.
Result<> check_size(const Reader& reader, const ImageRecord& image, std::uint64_t wanted) {
    if (image.blobs.empty())
        return Error{ErrorCode::kCorrupt, fmt::format("image {} has no file", image.id)};
    const auto blob = TRY(reader.open_blob(image.blobs.front()));
    struct stat st{};
    if (::fstat(blob.get(), &st) < 0) return base::errno_error("looking at its file", errno);
    if (static_cast<std::uint64_t>(st.st_size) == wanted) return {};
    return differs(
        image, fmt::format("has a file of {} bytes, the dependency says {}", st.st_size, wanted));
}

}  // namespace

std::vector<std::string> clean_paths(const std::vector<std::string>& whitelist) {
    std::vector<std::string> paths;
    for (const auto& path : whitelist)
        if (path.find('\0') == std::string::npos)  // which no file has in its name
            paths.push_back(clean_path(path));
    std::sort(paths.begin(), paths.end());
    paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
    return paths;
}

Result<std::vector<Part>> parts_of(const std::string& id, const schema::ImageManifest& manifest,
                                   const FindDependency& find) {
    Walk walk{find};
    TRY(walk.visit(id, manifest, std::nullopt));
    return walk.take();
}

Result<ImageRecord> find_dependency(const Reader& reader, const schema::Dependency& dependency) {
    auto found = look_up(reader, dependency);
    if (!found && found.error().code() == ErrorCode::kNotFound)
        return Error{ErrorCode::kNotFound,
                     fmt::format("{}\nhint: to have it fetched, run: podctl fetch {}",
                                 found.error().message(), word_of(dependency))};
    auto image = TRY(std::move(found));
    if (image.kind != ImageKind::kAci) return differs(image, "is no ACI");
    if (image.manifest.name != dependency.image_name)
        return differs(image, fmt::format("has the name \"{}\"", image.manifest.name.str()));
    for (const auto& label : dependency.labels)
        if (!labels_match(image.manifest.labels, {label}))
            return differs(image, fmt::format("has no label {}={}", label.name.str(), label.value));
    if (dependency.size) TRY(check_size(reader, image, *dependency.size));
    return image;
}

}  // namespace podd::store
