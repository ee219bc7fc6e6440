// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/new_image.h"

#include <utility>

#include <fmt/format.h>

#include "archive/gzip_writer.h"
#include "archive/tar_writer.h"
#include "base/file.h"
#include "base/hash.h"
#include "podctl/oci_layout.h"
#include "schema/appc_to_oci.h"

namespace podd::podctl {

namespace {

using archive::GzipWriter;
using archive::TarWriter;
using base::Hash;
using base::HashAlgorithm;
using base::Result;

// What is in an ACI beside the root: podd's word, and as old as the image says.
archive::TarEntry own_file(std::string name, const archive::PackOptions& options) {
    archive::TarEntry entry;
    entry.name = std::move(name);
    entry.mode = 0644;
    entry.mtime.tv_sec = options.latest.value_or(0);
    return entry;
}

Result<NewImage> create_aci(const RootSource& root, const schema::ImageManifest& manifest,
                            const archive::PackOptions& options, const ImagePlace& place) {
    auto file = TRY(base::NewFile::create(place.dir_fd, place.name));
    auto gzip = TRY(GzipWriter::create(
        [&](std::string_view bytes) { return base::write_all(file.fd(), bytes); }));
    Hash hash{HashAlgorithm::kSha512};
    auto tar = TRY(TarWriter::create([&](std::string_view bytes) {
        hash.update(bytes);
        return gzip.write(bytes);
    }));
    TRY(tar.add_file(own_file("manifest", options), manifest.to_json().str()));
    auto packed = TRY(root.pack(options, tar));
    TRY(tar.finish());
    TRY(gzip.finish());
    TRY(file.publish(place.dir_fd, place.name, place.existing));
    return NewImage{"sha512-" + hash.finish_hex(), std::move(packed.notes)};
}

struct Layer {
    schema::OciBlob blob;
    std::string diff_id;
    std::vector<std::string> notes;
};

Result<Layer> write_layer(const RootSource& root, const archive::PackOptions& options, int out) {
    Hash packed_hash{HashAlgorithm::kSha256};
    std::uint64_t size = 0;
    auto gzip = TRY(GzipWriter::create([&](std::string_view bytes) {
        packed_hash.update(bytes);
        size += bytes.size();
        return base::write_all(out, bytes);
    }));
    Hash hash{HashAlgorithm::kSha256};
    auto tar = TRY(TarWriter::create([&](std::string_view bytes) {
        hash.update(bytes);
        return gzip.write(bytes);
    }));
    auto packed = TRY(root.pack(options, tar));
    TRY(tar.finish());
    TRY(gzip.finish());
    return Layer{
        {packed_hash.finish_hex(), size, "gzip"}, hash.finish_hex(), std::move(packed.notes)};
}

Result<NewImage> create_oci(const RootSource& root, const schema::ImageManifest& manifest,
                            ImageFormat format, const archive::PackOptions& options,
                            const ImagePlace& place) {
    TRY(schema::check_fits_oci(manifest));
    auto file = TRY(base::NewFile::create(place.dir_fd, place.name));
    auto layer = TRY(write_layer(root, options, file.fd()));
    const auto texts = oci_texts(manifest, layer.blob, layer.diff_id);
    OciLayout layout{texts.documents, layer.blob, std::move(file)};
    if (format == ImageFormat::kOciFolder)
        TRY(layout.publish_folder(place));
    else
        TRY(layout.publish_archive(place, own_file("", options)));
    return NewImage{texts.image_id, std::move(layer.notes)};
}

}  // namespace

Result<NewImage> create_image(const RootSource& root, const schema::ImageManifest& manifest,
                              ImageFormat format, archive::PackOptions options,
                              const ImagePlace& place) {
    options.rules = format == ImageFormat::kAci ? archive::Rules::kAci : archive::Rules::kLayer;
    if (format == ImageFormat::kAci) return create_aci(root, manifest, options, place);
    return create_oci(root, manifest, format, options, place);
}

}  // namespace podd::podctl
