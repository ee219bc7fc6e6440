// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/resolve.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "fetch/blob_file.h"
#include "schema/json_node.h"
#include "schema/oci_select.h"
#include "schema/platform.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;
using schema::Digest;
using schema::MediaKind;
using schema::OciDescriptor;
using schema::OciIndex;
using schema::OciManifest;
using schema::quoted;

namespace {

constexpr int kMaxDepth = 4;  // of indexes in indexes

// What a registry is to send; the last ones so that it sends them instead of "not found".
std::string accepted() {
    return fmt::format(
        "{}, {}, {}, {}, application/vnd.docker.distribution.manifest.v1+prettyjws;q=0.1",
        schema::kOciIndexType, schema::kOciManifestType, schema::kDockerListType,
        schema::kDockerManifestType);
}

Error schema1() {
    return Error{ErrorCode::kUnsupported,
                 "found an image manifest of schema 1, which is obsolete and has no digests to "
                 "rely on, wanted schema 2 or OCI\nhint: push the image again with a newer tool"};
}

// The type that the document came with; empty where a server says nothing that helps.
Result<std::string> type_of(const HttpAnswer& answer) {
    auto type = answer.content_type.substr(0, answer.content_type.find(';'));
    while (type.ends_with(' '))
        type.pop_back();
    switch (schema::media_kind(type)) {
        case MediaKind::kSchema1: return schema1();
        case MediaKind::kManifest:
        case MediaKind::kIndex: return type;
        default: break;
    }
    for (const auto* vague :
         {"", "application/json", "application/octet-stream", "text/plain", "binary/octet-stream"})
        if (type == vague) return std::string{};
    return Error{ErrorCode::kUnsupported,
                 fmt::format("found a document of type {}, wanted an image manifest or an index",
                             quoted(type))};
}

// A digest that the server itself claims must be right as well.
Result<Digest> digest_of(const HttpAnswer& answer, const std::optional<Digest>& wanted) {
    if (wanted) {
        TRY(check_digest(answer.body, *wanted));
        return *wanted;
    }
    if (answer.content_digest.empty())
        return Digest::parse("sha256:" + base::hash_hex(base::HashAlgorithm::kSha256, answer.body));
    auto claimed = TRY_CONTEXT(Digest::parse(answer.content_digest), "Docker-Content-Digest");
    TRY(check_digest(answer.body, claimed));
    return claimed;
}

struct Document {
    OciDescriptor descriptor;
    std::string text;
    std::variant<OciManifest, OciIndex> parsed;
};

Result<Document> get_document(Session& session, const std::string& path,
                              const std::optional<Digest>& wanted, std::string named_type) {
    auto answer = TRY(session.get("manifests/" + path, accepted(), schema::kMaxOciDocument));
    auto digest = TRY(digest_of(answer, wanted));
    auto type = named_type.empty() ? TRY(type_of(answer)) : std::move(named_type);
    auto parsed = TRY(schema::parse_oci_document(answer.body, type));
    if (type.empty())
        type = std::holds_alternative<OciIndex>(parsed) ? schema::kOciIndexType
                                                        : schema::kOciManifestType;
    OciDescriptor descriptor{.media_type = std::move(type), .digest = std::move(digest)};
    descriptor.size = answer.body.size();
    return Document{std::move(descriptor), std::move(answer.body), std::move(parsed)};
}

// In a registry names are tags; what an index calls its entries says nothing about which to take.
OciIndex without_names(OciIndex index) {
    for (auto& manifest : index.manifests)
        std::erase_if(manifest.annotations, [](const auto& annotation) {
            return annotation.first == "org.opencontainers.image.ref.name" ||
                   annotation.first == "io.containerd.image.name";
        });
    return index;
}

Result<Document> get_named(Session& session, const OciDescriptor& descriptor) {
    const auto get = [&]() -> Result<Document> {
        auto document = TRY(get_document(session, descriptor.digest.str(), descriptor.digest,
                                         descriptor.media_type));
        if (document.descriptor.size == descriptor.size) return document;
        return schema::found_wanted(fmt::format("{} bytes", document.descriptor.size),
                                    fmt::format("{}, as the index says", descriptor.size));
    };
    return TRY_CONTEXT(get(), "manifest {}", descriptor.digest.str());
}

// Nothing when it comes to the known one.
Result<std::optional<Document>> descend(Session& session, Document document,
                                        const std::string& machine,
                                        const std::optional<Digest>& known) {
    const auto host = schema::oci_platform_of_machine(machine);
    if (!host)
        return Error{ErrorCode::kUnsupported,
                     fmt::format("OCI has no word for this machine, {}", quoted(machine))};
    for (int depth = 0; std::holds_alternative<OciIndex>(document.parsed); ++depth) {
        if (depth == kMaxDepth)
            return Error{
                ErrorCode::kInvalidArgument,
                fmt::format("found indexes in indexes, wanted at most {} levels", kMaxDepth)};
        const auto index = without_names(std::get<OciIndex>(std::move(document.parsed)));
        const auto chosen = TRY(schema::select_image(index, "", *host));
        if (known == chosen.digest) return std::optional<Document>{};
        document = TRY(get_named(session, chosen));
    }
    if (known == document.descriptor.digest) return std::optional<Document>{};
    return std::optional{std::move(document)};
}

Result<> check_layers(const OciManifest& manifest) {
    for (std::size_t i = 0; i < manifest.layers.size(); ++i)
        if (!manifest.layers[i].urls.empty())
            return Error{ErrorCode::kUnsupported,
                         fmt::format("layer {} of {} is foreign: it is to be had at {} and not in "
                                     "the registry",
                                     i + 1, manifest.layers.size(),
                                     quoted(manifest.layers[i].urls.front()))};
    return {};
}

// Before layers are fetched that cannot run here.
Result<> check_platform(const std::string& config_text, const std::string& machine) {
    const auto config = TRY_CONTEXT(schema::parse_oci_config(config_text), "configuration");
    const auto& platform = config.platform;
    if (platform.os.empty() || platform.architecture.empty()) return {};
    const auto mine = schema::oci_platform_of_machine(machine);
    const auto theirs =
        schema::platform_of_oci(platform.os, platform.architecture, platform.variant);
    const auto here = schema::arch_of_machine(machine);
    if (theirs && here && theirs->os == "linux" && theirs->arch == *here) return {};
    if (mine && platform.os == mine->os && platform.architecture == mine->architecture) return {};
    return Error{ErrorCode::kUnsupported,
                 fmt::format("image is for {}/{}, this host is linux/{}", quoted(platform.os),
                             quoted(platform.architecture), mine ? mine->architecture : machine)};
}

Result<std::string> get_config(Session& session, const OciDescriptor& config) {
    if (config.size > schema::kMaxOciDocument)
        return schema::found_wanted(fmt::format("{} bytes", config.size),
                                    fmt::format("at most {}", schema::kMaxOciDocument));
    auto answer = TRY(session.get("blobs/" + config.digest.str(), "", config.size));
    TRY(check_digest(answer.body, config.digest));
    return std::move(answer.body);
}

}  // namespace

Result<std::optional<ResolvedImage>> resolve_image(Session& session,
                                                   const schema::DockerReference& reference,
                                                   const std::string& machine,
                                                   const std::optional<Digest>& known) {
    const auto path = reference.digest ? reference.digest->str() : reference.tag;
    auto named = TRY_CONTEXT(get_document(session, path, reference.digest, {}), "{} \"{}\"",
                             reference.digest ? "digest" : "tag", path);
    auto digest = named.descriptor.digest;
    auto named_text = named.text;
    auto document = TRY(descend(session, std::move(named), machine, known));
    if (!document) return std::optional<ResolvedImage>{};
    auto manifest = std::get<OciManifest>(std::move(document->parsed));
    TRY(check_layers(manifest));
    auto config = TRY_CONTEXT(get_config(session, manifest.config), "configuration");
    TRY(check_platform(config, machine));
    return std::optional{ResolvedImage{std::move(digest), std::move(named_text),
                                       std::move(document->descriptor), std::move(document->text),
                                       std::move(manifest), std::move(config)}};
}

}  // namespace podd::fetch
