// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/folder_import.h"

#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "importer/describe.h"
#include "importer/documents.h"
#include "importer/layers.h"
#include "schema/appc_to_oci.h"
#include "schema/oci.h"
#include "trust/keys.h"
#include "trust/policy.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// Each document must be the one that the one above it names. The worker that read them said
// so; here the bytes themselves are asked.
Result<> check_bindings(const Documents& documents, const ImageDescription& image,
                        const std::string& config) {
    const auto differs = [](std::string_view what, std::string_view wanted) {
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("the image's {} does not have the digest {}", what, wanted)};
    };
    if (image.config_digest && sha256(config) != image.config_digest->hex())
        return differs("configuration", image.config_digest->str());
    const auto named_in = [](const std::string& document, const schema::Digest& digest) {
        return document.find(digest.str()) != std::string::npos;
    };
    const auto unnamed = [](const schema::Digest& digest) {
        return Error{ErrorCode::kInternal,
                     fmt::format("the reader of manifests made up {}", digest.str())};
    };
    for (const auto& layer : image.layers)
        if (!named_in(config, layer.diff_id)) return unnamed(layer.diff_id);
    if (!image.manifest_digest) return {};
    const auto manifest = TRY(documents.text(image.manifest_path));
    if (sha256(manifest) != image.manifest_digest->hex())
        return differs("manifest", image.manifest_digest->str());
    if (!image.config_digest || !named_in(manifest, *image.config_digest))
        return Error{ErrorCode::kInternal, "the reader of manifests contradicts itself"};
    for (const auto& layer : image.layers)
        if (!layer.digest || !named_in(manifest, *layer.digest))
            return unnamed(layer.digest.value_or(layer.diff_id));
    return {};
}

Result<> check_digest(int folder, const ImageDescription& image, const schema::Digest& digest) {
    if (digest == image.manifest_digest) return {};
    const auto path = fmt::format("blobs/sha256/{}", digest.hex());
    const auto index = base::read_file(folder, path, schema::kMaxOciDocument);
    if (index && image.manifest_digest && sha256(*index) == digest.hex() &&
        index->find(image.manifest_digest->str()) != std::string::npos)
        return {};
    return Error{
        ErrorCode::kUntrusted,
        fmt::format("found the image {}, which is not the one with digest {}, nor in "
                    "an index that has it",
                    image.manifest_digest ? image.manifest_digest->str() : "\"\"", digest.str())};
}

// The program that brought the image talks to strangers: that it is the one that was asked for
// is not taken from it. What was named is the manifest, or the index that names it.
Result<> check_digests_asked_for(const ImportOptions& options, int folder,
                                 const ImageDescription& image) {
    if (options.digest) TRY(check_digest(folder, image, *options.digest));
    if (!options.signature) return {};
    const auto signed_digest = TRY(schema::Digest::parse("sha256:" + options.signature->sha256));
    TRY_CONTEXT(check_digest(folder, image, signed_digest), "what key {} has signed",
                options.signature->fingerprint);
    return trust::check_trusted(options.signature->fingerprint,
                                trust::name_in(options.verification.reference));
}

}  // namespace

Result<store::NewImage> import_folder(ImportContext& context, int folder) {
    Documents documents{folder};
    const auto json = TRY(documents.run(
        [&](const ReadDocument& read) { return describe_image(read, context.options); }));
    auto image = TRY(image_description(json));
    const auto config = TRY(documents.text(image.config_path));
    TRY(check_bindings(documents, image, config));
    TRY(check_digests_asked_for(context.options, folder, image));
    const bool known =
        image.manifest_digest && context.store.reader().by_id(image.manifest_digest->str());
    auto layers = TRY(import_layers(
        context.store, context.workspace, folder, image.layers,
        known ? Before::kImage : Before::kUnknown,
        context.options.of_registry ? Missing::kFromStore : Missing::kRefuse, context.report));
    context.notes.insert(context.notes.end(), image.notes.begin(), image.notes.end());
    context.notes.insert(context.notes.end(), layers.notes.begin(), layers.notes.end());
    std::string manifest;
    if (image.manifest_digest)
        manifest = TRY(documents.text(image.manifest_path));
    else
        manifest = schema::oci_manifest_of({sha256(config), config.size()}, layers.blobs, nullptr);
    store::NewImage result{
        .record = new_record(context, store::ImageKind::kOci, std::move(image.manifest)),
        .trees = std::move(layers.new_trees),
        .blobs = std::move(layers.new_blobs)};
    result.record.default_arguments = image.default_arguments;
    result.record.trees = std::move(layers.trees);
    result.record.size_bytes = layers.size_bytes;
    TRY(add_documents(context, result, manifest, config));
    for (const auto& blob : layers.blobs)
        result.record.blobs.push_back("sha256/" + blob.sha256);
    return result;
}

}  // namespace podd::importer
