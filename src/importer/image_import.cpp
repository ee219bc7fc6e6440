// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/image_import.h"

#include <cerrno>
#include <ctime>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "importer/aci_trees.h"
#include "importer/describe.h"
#include "importer/flow.h"
#include "importer/id_map.h"
#include "importer/in_use.h"
#include "importer/layers.h"
#include "importer/life_cycle.h"
#include "importer/same_image.h"
#include "importer/tree_sizes.h"
#include "importer/wanted.h"
#include "schema/appc_to_oci.h"
#include "schema/oci.h"
#include "schema/platform.h"
#include "store/acceptance.h"
#include "store/layout.h"
#include "store/writer.h"
#include "trust/keys.h"
#include "trust/policy.h"

namespace podd::importer {

using archive::Kind;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kBlob = "blob";
constexpr const char* kTree = "tree";
constexpr std::string_view kSha256Folder = "sha256/";  // of the store's blobs

std::uint64_t now_usec() {
    timespec now{};
    (void)::clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

std::string sha256(std::string_view bytes) {
    return base::hash_hex(base::HashAlgorithm::kSha256, bytes);
}

class ImageImport {
public:
    ImageImport(const store::Writer& store, const store::Workspace& workspace,
                const ImportOptions& options, Report& report)
        : store_{store}, workspace_{workspace}, options_{options}, report_{report} {}

    /// A file or a pipe, read once.
    Result<store::NewImage> from_stream(int source) {
        if (auto known = TRY(options_.name ? known_root(source) : known_aci(source)))
            return *std::move(known);
        const auto blob = TRY(workspace_.make_blob(kBlob));
        const auto rootfs = TRY(workspace_.make_tree(kTree, kForeignBase, kForeignBase));
        const auto digests = TRY(workspace_.make_digests(kTree));
        FlowPlan plan;
        plan.source = source;
        plan.blob_fd = blob.get();
        plan.rootfs_fd = rootfs.get();
        plan.digests_fd = digests.get();
        plan.any_kind = true;
        plan.root_has_name = options_.name.has_value();
        plan.progress = progress_of(source);
        FlowResult flow;
        TRY(run_flows(
            1, 1, [&](std::size_t) { return Flow::start(std::move(plan)); },
            [&](std::size_t, FlowResult result) -> Result<> {
                flow = std::move(result);
                return {};
            }));
        notes_ = flow.unpacked.notes;
        TRY(check_signed_bytes(flow.unpacked.kind, flow.sha256));
        if (options_.wanted && flow.unpacked.kind != Kind::kAci)
            return Error{ErrorCode::kInvalidArgument, "what was fetched is no ACI"};
        if (options_.digest && flow.unpacked.kind != Kind::kContainer)
            return Error{ErrorCode::kUntrusted,
                         "this is no OCI image: no other has a manifest that a digest could name"};
        switch (flow.unpacked.kind) {
            case Kind::kAci: return aci(flow, source);
            case Kind::kLayer: return root_file_system(flow);
            case Kind::kContainer: break;
        }
        // What was unpacked is itself the folder of images; the file around it is of no use.
        TRY(base::remove_tree(workspace_.fd(), kBlob));
        return from_folder(rootfs.get());
    }

    /// The folder of an OCI layout, or of what `docker save` packs.
    Result<store::NewImage> from_folder(int folder) {
        Documents documents{folder};
        const auto json = TRY(documents.run(
            [this](const ReadDocument& read) { return describe_image(read, options_); }));
        auto image = TRY(image_description(json));
        const auto config = TRY(documents.text(image.config_path));
        TRY(check_bindings(documents, image, config));
        TRY(check_digests_asked_for(folder, image));
        const bool known =
            image.manifest_digest && store_.reader().by_id(image.manifest_digest->str());
        auto layers = TRY(import_layers(store_, workspace_, folder, image.layers,
                                        known ? Before::kImage : Before::kUnknown, report_));
        notes_.insert(notes_.end(), image.notes.begin(), image.notes.end());
        notes_.insert(notes_.end(), layers.notes.begin(), layers.notes.end());
        std::string manifest;
        if (image.manifest_digest)
            manifest = TRY(documents.text(image.manifest_path));
        else
            manifest =
                schema::oci_manifest_of({sha256(config), config.size()}, layers.blobs, nullptr);
        store::NewImage result{.record = record(store::ImageKind::kOci, std::move(image.manifest)),
                               .trees = std::move(layers.new_trees),
                               .blobs = std::move(layers.new_blobs)};
        result.record.trees = std::move(layers.trees);
        result.record.size_bytes = layers.size_bytes;
        TRY(add_documents(result, manifest, config));
        for (const auto& blob : layers.blobs)
            result.record.blobs.push_back("sha256/" + blob.sha256);
        return result;
    }

    const std::vector<std::string>& notes() const { return notes_; }

private:
    std::function<void(std::uint64_t)> progress_of(int source) {
        struct stat st{};
        std::optional<std::uint64_t> total;
        if (::fstat(source, &st) == 0 && S_ISREG(st.st_mode))
            total = static_cast<std::uint64_t>(st.st_size);
        return [this, total](std::uint64_t bytes) {
            read_ += bytes;
            report_.progress(read_, total);
        };
    }

    store::ImageRecord record(store::ImageKind kind, schema::ImageManifest manifest) {
        utsname host{};
        if (::uname(&host) == 0)
            if (const auto arch = schema::arch_of_machine(host.machine))
                if (const auto runs = schema::check_runs_on(manifest.labels, *arch); !runs)
                    notes_.push_back(runs.error().message());
        return {.id = {},
                .kind = kind,
                .manifest = std::move(manifest),
                .trees = {},
                .blobs = {},
                .size_bytes = 0,
                .imported_usec = now_usec(),
                .verification = verification()};
    }

    store::Verification verification() const {
        auto result = options_.verification;
        if (!options_.signature) return result;
        result.kind = store::kVerifiedBySignature;
        result.by = options_.signature->fingerprint;
        return result;
    }

    // The signature was checked over another reading of the file, which somebody may have written
    // to meanwhile.
    Result<> check_signed_bytes(Kind kind, const std::string& sha256_of_file) const {
        if (!options_.signature) return {};
        if (kind != Kind::kAci)
            return Error{ErrorCode::kInvalidArgument,
                         "this is no ACI: no other image is taken with such a signature"};
        if (sha256_of_file == options_.signature->sha256) return {};
        return Error{ErrorCode::kUntrusted,
                     "the file was changed after its signature had been checked\n"
                     "hint: import it from a place where nobody writes to it"};
    }

    Result<std::optional<store::NewImage>> known_aci(int source) {
        std::optional<store::NewImage> known;
        if (options_.digest) return known;  // such an image has none
        auto same = TRY(find_same_aci(store_, source));
        if (!same) return known;
        TRY(check_signed_bytes(Kind::kAci, same->blobs.front().substr(kSha256Folder.size())));
        auto image = TRY(aci_record(std::move(same->manifest), same->id, source));
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
        if (options_.signature) TRY(trust::check_trusted(options_.signature->fingerprint, name));
        if (options_.wanted) TRY(check_wanted(*options_.wanted, manifest, id, source));
        auto result = record(store::ImageKind::kAci, std::move(manifest));
        result.id = std::move(id);
        if (options_.origin) result.origins.push_back(*options_.origin);
        if (options_.signature)
            result.verification = {std::string{store::kVerifiedBySignature},
                                   options_.signature->fingerprint};
        else
            TRY(store::check_accepted(result));
        return result;
    }

    // The same files under another name, say, are another image of the same tree. An ACI for which
    // a name is given is refused further down.
    Result<std::optional<store::NewImage>> known_root(int source) {
        std::optional<store::NewImage> known;
        if (options_.signature || options_.digest) return known;
        const auto same = TRY(find_same_root(store_, source));
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
        if (options_.name)
            return Error{ErrorCode::kInvalidArgument,
                         "this is an ACI, which has a name of its own: leave out --name="};
        auto manifest = TRY(schema::ImageManifest::parse(flow.unpacked.manifest));
        auto about = TRY(aci_record(std::move(manifest), "sha512-" + flow.content_sha512, source));
        store::NewImage result{.record = std::move(about), .trees = {}, .blobs = {}};
        TRY(add_stream(result, flow, result.record.id));
        TRY(lay_over_dependencies(store_, workspace_, result));
        return result;
    }

    Result<store::NewImage> root_file_system(const FlowResult& flow) {
        const auto manifest = TRY(manifest_of(options_));
        const auto config = schema::oci_config_of(manifest, flow.content_sha256);
        const auto oci = schema::oci_manifest_of(
            {sha256(config), config.size()},
            {{flow.sha256, flow.size, std::string{archive::compression_name(flow.compression)}}},
            &manifest);
        store::NewImage result{
            .record = record(store::ImageKind::kOci, manifest), .trees = {}, .blobs = {}};
        TRY(add_documents(result, oci, config));
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

    // The manifest gives the image its id; it and the configuration are blobs like any layer.
    Result<> add_documents(store::NewImage& image, const std::string& manifest,
                           const std::string& config) const {
        image.record.id = "sha256:" + sha256(manifest);
        for (const auto& [name, text] :
             {std::pair{"manifest", &manifest}, std::pair{"config", &config}}) {
            const auto file = TRY(workspace_.make_blob(name));
            TRY_CONTEXT(base::write_all(file.get(), *text), "keeping the image's {}", name);
            const auto blob = "sha256/" + sha256(*text);
            image.record.blobs.push_back(blob);
            image.blobs.push_back({name, blob});
        }
        return {};
    }

    // Each document must be the one that the one above it names. The worker that read them said
    // so; here the bytes themselves are asked.
    static Result<> check_bindings(const Documents& documents, const ImageDescription& image,
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

    // The program that brought the image talks to strangers: that it is the one that was asked for
    // is not taken from it. What was named is the manifest, or the index that names it.
    Result<> check_digests_asked_for(int folder, const ImageDescription& image) const {
        if (options_.digest) TRY(check_digest(folder, image, *options_.digest));
        if (!options_.signature) return {};
        const auto signed_digest =
            TRY(schema::Digest::parse("sha256:" + options_.signature->sha256));
        TRY_CONTEXT(check_digest(folder, image, signed_digest), "what key {} has signed",
                    options_.signature->fingerprint);
        return trust::check_trusted(options_.signature->fingerprint,
                                    trust::name_in(options_.verification.reference));
    }

    static Result<> check_digest(int folder, const ImageDescription& image,
                                 const schema::Digest& digest) {
        if (digest == image.manifest_digest) return {};
        const auto path = fmt::format("blobs/sha256/{}", digest.hex());
        const auto index = base::read_file(folder, path, schema::kMaxOciDocument);
        if (index && image.manifest_digest && sha256(*index) == digest.hex() &&
            index->find(image.manifest_digest->str()) != std::string::npos)
            return {};
        return Error{ErrorCode::kUntrusted,
                     fmt::format("found the image {}, which is not the one with digest {}, nor in "
                                 "an index that has it",
                                 image.manifest_digest ? image.manifest_digest->str() : "\"\"",
                                 digest.str())};
    }

    const store::Writer& store_;
    const store::Workspace& workspace_;
    const ImportOptions& options_;
    Report& report_;
    std::uint64_t read_ = 0;
    std::vector<std::string> notes_;
};

// A directory that its opener could not read would be read here with root's rights.
Result<UniqueFd> open_folder(int source) {
    const int flags = ::fcntl(source, F_GETFL);
    if (flags < 0) return base::errno_error("looking at the image", errno);
    if ((flags & O_PATH) != 0)
        return Error{ErrorCode::kInvalidArgument,
                     "the folder must be opened for reading, not with O_PATH"};
    return base::open_at(source, ".", O_RDONLY | O_DIRECTORY);
}

Result<store::NewImage> from_folder(ImageImport& import, int source) {
    const auto folder = TRY(open_folder(source));
    return import.from_folder(folder.get());
}

}  // namespace

Error import_error(Error error, const std::string& store_dir) {
    if (error.sys_errno() == ENOSPC || error.sys_errno() == EDQUOT)
        return std::move(error).with_context(
            fmt::format("\"{}\" is full, nothing of the image was kept", store_dir));
    return error;
}

Result<AddedImage> add_image(store::Writer& store, int source, const std::string& run_dir,
                             const ImportOptions& options, Report& report) {
    struct stat st{};
    if (::fstat(source, &st) < 0) return base::errno_error("looking at the image", errno);
    const auto workspace = TRY(store.begin(trees_in_use(run_dir)));
    ImageImport import{store, workspace, options, report};
    auto image =
        TRY(S_ISDIR(st.st_mode) ? from_folder(import, source) : import.from_stream(source));
    add_tree_bytes(store, workspace, image);
    AddedImage added{.record = image.record, .notes = import.notes()};
    added.is_new = !store.reader().by_id(image.record.id);
    if (!added.is_new) added.notes.emplace_back("the image was in the store already");
    TRY(store.publish(workspace, image));
    return added;
}

Result<> import_image(int source, const std::string& store_dir, const std::string& run_dir,
                      const ImportOptions& options, Report& report) {
    struct stat st{};
    if (::fstat(source, &st) < 0) return base::errno_error("looking at the image", errno);
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && !S_ISFIFO(st.st_mode) &&
        !S_ISSOCK(st.st_mode))
        return Error{ErrorCode::kInvalidArgument,
                     "an image is a file, a pipe or the folder of an OCI layout"};
    // A folder comes from a registry, where a document is signed.
    const bool of_registry = !options.verification.reference.empty();
    if (options.signature && S_ISDIR(st.st_mode) != of_registry)
        return Error{ErrorCode::kInvalidArgument, of_registry
                                                      ? "an image of a registry comes as a folder"
                                                      : "only a file can have a signature"};
    const auto work = [&]() -> Result<> {
        auto store = TRY(store::Writer::open(store_dir));
        const auto added = TRY(add_image(store, source, run_dir, options, report));
        tell_imported(added.record);
        report.image(added.record.id, added.record.manifest.name.str(), added.notes);
        return {};
    };
    auto done = work();
    if (!done) return import_error(std::move(done).error(), store_dir);
    return {};
}

}  // namespace podd::importer
