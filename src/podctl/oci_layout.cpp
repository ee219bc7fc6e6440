// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/oci_layout.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/tar_writer.h"
#include "base/file.h"
#include "base/hash.h"
#include "podctl/staging.h"

namespace podd::podctl {

namespace {

using base::Error;
using base::ErrorCode;
using base::Existing;
using base::NewFile;
using base::Result;

constexpr const char* kBlobs = "blobs";
constexpr const char* kAlgorithm = "blobs/sha256";
constexpr const char* kMark = "oci-layout";
constexpr mode_t kDirectoryMode = 0777;  // less the umask, as all that a user makes
constexpr mode_t kFileMode = 0644;

std::string blob_path(const std::string& sha256) {
    return fmt::format("{}/{}", kAlgorithm, sha256);
}

// A folder that holds anything else is never replaced.
Result<> check_replaceable(const ImagePlace& place) {
    if (place.existing == Existing::kRefuse) return {};
    struct stat st{};
    if (::fstatat(place.dir_fd, place.name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) return {};
    const auto mark = fmt::format("{}/{}", place.name, kMark);
    if (S_ISDIR(st.st_mode) &&
        ::faccessat(place.dir_fd, mark.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
        return {};
    return Error{
        ErrorCode::kConflict,
        fmt::format("\"{}\" is not an OCI image layout, and so is not replaced", place.name)};
}

std::string sha256(const std::string& text) {
    return base::hash_hex(base::HashAlgorithm::kSha256, text);
}

}  // namespace

OciTexts oci_texts(const schema::ImageManifest& manifest, const schema::OciBlob& layer,
                   const std::string& diff_id) {
    const auto config = schema::oci_config_of(manifest, diff_id);
    const schema::OciBlob config_blob{sha256(config), config.size()};
    const auto text = schema::oci_manifest_of(config_blob, {layer}, nullptr);
    const schema::OciBlob text_blob{sha256(text), text.size()};
    return {{{blob_path(config_blob.sha256), config},
             {blob_path(text_blob.sha256), text},
             {"index.json", schema::oci_index_of(text_blob, manifest)},
             {kMark, std::string{schema::kOciLayoutText}}},
            "sha256:" + text_blob.sha256};
}

OciLayout::OciLayout(const OciDocuments& documents, const schema::OciBlob& layer, NewFile file)
    : documents_{documents},
      layer_path_{blob_path(layer.sha256)},
      layer_size_{layer.size},
      layer_{std::move(file)} {}

Result<> OciLayout::publish_folder(const ImagePlace& place) {
    TRY(check_replaceable(place));
    auto staging = TRY(Staging::create(place.dir_fd, place.name, kDirectoryMode));
    TRY(fill(staging.fd()));
    return staging.publish(place.name, place.existing);
}

Result<> OciLayout::fill(int dir_fd) {
    for (const char* name : {kBlobs, kAlgorithm})
        if (::mkdirat(dir_fd, name, kDirectoryMode) < 0)
            return base::errno_error(fmt::format("making folder \"{}\"", name), errno);
    TRY(layer_.publish(dir_fd, layer_path_, Existing::kRefuse));
    for (const auto& [path, text] : documents_)
        TRY(base::write_file(dir_fd, path, text, kFileMode));
    return {};
}

Result<> OciLayout::publish_archive(const ImagePlace& place, const archive::TarEntry& like) {
    auto file = TRY(NewFile::create(place.dir_fd, place.name));
    TRY(write_members(file.fd(), like));
    return file.publish(place.dir_fd, place.name, place.existing);
}

Result<> OciLayout::write_members(int out, const archive::TarEntry& like) {
    auto tar = TRY(archive::TarWriter::create(
        [out](std::string_view bytes) { return base::write_all(out, bytes); }));
    auto entry = like;
    entry.type = archive::TarEntry::Type::kDirectory;
    entry.mode = 0755;
    for (const char* name : {kBlobs, kAlgorithm}) {
        entry.name = name;
        TRY(tar.add(entry));
    }
    entry.type = archive::TarEntry::Type::kFile;
    entry.mode = kFileMode;
    auto members = documents_;
    members.emplace(layer_path_, "");
    for (const auto& [path, text] : members) {
        entry.name = path;
        if (path != layer_path_) {
            TRY(tar.add_file(entry, text));
            continue;
        }
        entry.size = layer_size_;
        TRY(tar.add(entry));
        TRY(tar.write_from(layer_.fd(), 0, layer_size_));
    }
    return tar.finish();
}

}  // namespace podd::podctl
