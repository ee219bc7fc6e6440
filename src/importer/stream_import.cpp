// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/stream_import.h"

#include <functional>
#include <optional>
#include <utility>

#include <sys/stat.h>

#include "base/file.h"
#include "importer/aci_trees.h"
#include "importer/flow.h"
#include "importer/folder_import.h"
#include "importer/id_map.h"
#include "importer/same_image.h"
#include "importer/wanted.h"
#include "schema/appc_to_oci.h"
#include "store/acceptance.h"
#include "trust/keys.h"

namespace podd::importer {

using archive::Kind;
using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr const char* kBlob = "blob";
constexpr const char* kTree = "tree";
constexpr std::string_view kSha256Folder = "sha256/";  // of the store's blobs

class StreamImport {
public:
    explicit StreamImport(ImportContext& context) : context_{context} {}

    Result<store::NewImage> run(int source) {
        if (auto known = TRY(context_.options.name ? known_root(source) : known_aci(source)))
            return *std::move(known);
        const auto blob = TRY(context_.workspace.make_blob(kBlob));
        const auto rootfs = TRY(context_.workspace.make_tree(kTree, kForeignBase, kForeignBase));
        const auto digests = TRY(context_.workspace.make_digests(kTree));
        FlowPlan plan;
        plan.source = source;
        plan.blob_fd = blob.get();
        plan.rootfs_fd = rootfs.get();
        plan.digests_fd = digests.get();
        plan.any_kind = true;
        plan.root_has_name = context_.options.name.has_value();
        plan.progress = progress_of(source);
        auto flow = TRY(run_flow(std::move(plan)));
        context_.notes = flow.unpacked.notes;
        TRY(check_signed_bytes(flow.unpacked.kind, flow.sha256));
        if (context_.options.wanted && flow.unpacked.kind != Kind::kAci)
            return Error{ErrorCode::kInvalidArgument, "what was fetched is no ACI"};
        if (context_.options.digest && flow.unpacked.kind != Kind::kContainer)
            return Error{ErrorCode::kUntrusted,
                         "this is no OCI image: no other has a manifest that a digest could name"};
        switch (flow.unpacked.kind) {
            case Kind::kAci: return aci(flow, source);
            case Kind::kLayer: return root_file_system(flow);
            case Kind::kContainer: break;
        }
        // What was unpacked is itself the folder of images; the file around it is of no use.
        TRY(base::remove_tree(context_.workspace.fd(), kBlob));
        return import_folder(context_, rootfs.get());
    }

private:
    std::function<void(std::uint64_t)> progress_of(int source) {
        struct stat st{};
        std::optional<std::uint64_t> total;
        if (::fstat(source, &st) == 0 && S_ISREG(st.st_mode))
            total = static_cast<std::uint64_t>(st.st_size);
        return [this, total](std::uint64_t bytes) {
            read_ += bytes;
            context_.report.progress(read_, total);
        };
    }

    // The signature was checked over another reading of the file, which somebody may have written
    // to meanwhile.
    Result<> check_signed_bytes(Kind kind, const std::string& sha256_of_file) const {
        if (!context_.options.signature) return {};
        if (kind != Kind::kAci)
            return Error{ErrorCode::kInvalidArgument,
                         "this is no ACI: no other image is taken with such a signature"};
        if (sha256_of_file == context_.options.signature->sha256) return {};
        return Error{ErrorCode::kUntrusted,
                     "the file was changed after its signature had been checked\n"
                     "hint: import it from a place where nobody writes to it"};
    }

    Result<std::optional<store::NewImage>> known_aci(int source) {
        std::optional<store::NewImage> known;
        if (context_.options.digest) return known;  // such an image has none
        auto same = TRY(find_same_aci(context_.store, source));
        if (!same) return known;
        TRY(check_signed_bytes(Kind::kAci, same->blobs.front().substr(kSha256Folder.size())));
        auto image = TRY(aci_record(std::move(same->manifest), same->id, source));
        image.manifest_text = std::move(same->manifest_text);
        image.trees = std::move(same->trees);
        image.blobs = std::move(same->blobs);
        image.size_bytes = same->size_bytes;
        known.emplace(store::NewImage{.record = std::move(image), .trees = {}, .blobs = {}});
        return known;
    }

    // What has been shown of the bytes, and what was asked for, must fit what they turned out to
    // be.
    Result<store::ImageRecord> aci_record(schema::ImageManifest manifest, std::string id,
                                          int source) {
        const auto& name = manifest.name.str();
        if (context_.options.signature)
            TRY(trust::check_trusted(context_.options.signature->fingerprint, name));
        if (context_.options.wanted)
            TRY(check_wanted(*context_.options.wanted, manifest, id, source));
        auto result = new_record(context_, store::ImageKind::kAci, std::move(manifest));
        result.id = std::move(id);
        if (context_.options.origin) result.origins.push_back(*context_.options.origin);
        if (context_.options.signature)
            result.verification = {std::string{store::kVerifiedBySignature},
                                   context_.options.signature->fingerprint};
        else
            TRY(store::check_accepted(result));
        return result;
    }

    // The same files under another name, say, are another image of the same tree. An ACI for which
    // a name is given is refused further down.
    Result<std::optional<store::NewImage>> known_root(int source) {
        std::optional<store::NewImage> known;
        if (context_.options.signature || context_.options.digest) return known;
        const auto same = TRY(find_same_root(context_.store, source));
        if (!same) return known;
        FlowResult flow;
        flow.compression = same->compression;
        flow.sha256 = same->sha256;
        flow.size = same->size;
        flow.content_sha256 = same->tree_sha256;
        flow.unpacked.bytes = same->tree_bytes;
        known.emplace(TRY(root_file_system(flow)));
        return known;
    }

    Result<store::NewImage> aci(const FlowResult& flow, int source) {
        if (context_.options.name)
            return Error{ErrorCode::kInvalidArgument,
                         "this is an ACI, which has a name of its own: leave out --name="};
        auto manifest = TRY(schema::ImageManifest::parse(flow.unpacked.manifest));
        auto about = TRY(aci_record(std::move(manifest), "sha512-" + flow.content_sha512, source));
        about.manifest_text = flow.manifest_text;
        store::NewImage result{.record = std::move(about), .trees = {}, .blobs = {}};
        TRY(add_stream(result, flow, result.record.id));
        TRY(lay_over_dependencies(context_.store, context_.workspace, result));
        return result;
    }

    Result<store::NewImage> root_file_system(const FlowResult& flow) {
        const auto manifest = TRY(manifest_of(context_.options));
        const auto config = schema::oci_config_of(manifest, flow.content_sha256);
        const auto oci = schema::oci_manifest_of(
            {sha256(config), config.size()},
            {{flow.sha256, flow.size, std::string{archive::compression_name(flow.compression)}}},
            &manifest);
        store::NewImage result{.record = new_record(context_, store::ImageKind::kOci, manifest),
                               .trees = {},
                               .blobs = {}};
        result.record.default_arguments = 0;  // all of "exec" is the configuration's Entrypoint
        TRY(add_documents(context_, result, oci, config));
        TRY(add_stream(result, flow, "sha256:" + flow.content_sha256));
        return result;
    }

    static Result<> add_stream(store::NewImage& image, const FlowResult& flow,
                               const std::string& tree) {
        image.record.trees.push_back(tree);
        image.record.size_bytes = flow.unpacked.bytes;
        image.trees.push_back({kTree, tree});
        image.record.blobs.push_back("sha256/" + flow.sha256);
        image.blobs.push_back({kBlob, "sha256/" + flow.sha256});
        return {};
    }

    ImportContext& context_;
    std::uint64_t read_ = 0;
};

}  // namespace

Result<store::NewImage> import_stream(ImportContext& context, int source) {
    return StreamImport{context}.run(source);
}

}  // namespace podd::importer
