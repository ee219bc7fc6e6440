// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/image.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"
#include "fetch/blob_file.h"
#include "fetch/http.h"
#include "fetch/resolve.h"
#include "fetch/session.h"
#include "fetch/signatures.h"
#include "schema/appc_to_oci.h"
#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

using Sessions = std::vector<std::unique_ptr<Session>>;

constexpr std::uint64_t kMaxTotal = std::uint64_t{256} << 30;

Sessions make_sessions(Http& http, const Registries& registries, const Credentials& credentials,
                       const schema::DockerReference& reference) {
    Sessions sessions;
    const auto add = [&](Endpoint endpoint) {
        sessions.push_back(
            std::make_unique<Session>(http, registries, credentials, std::move(endpoint)));
    };
    for (const auto& mirror : registries.of(reference.registry).mirrors)
        add({mirror.host, mirror.path.empty()
                              ? reference.repository
                              : fmt::format("{}/{}", mirror.path, reference.repository)});
    add({reference.registry, reference.repository});
    return sessions;
}

std::string without_hint(const std::string& message) {
    return message.substr(0, message.find("\nhint: "));
}

// The first of the sessions that has the image; those before it go.
Result<std::optional<ResolvedImage>> resolve_somewhere(Sessions& sessions,
                                                       const ImageRequest& request) {
    std::string before;
    while (true) {
        auto resolved =
            resolve_image(*sessions.front(), request.reference, request.machine, request.known);
        if (resolved) return resolved;
        auto error = std::move(resolved).error();
        if (sessions.size() == 1 && before.empty()) return error;
        if (sessions.size() == 1)
            return Error{error.code(), fmt::format("{}{}", before, error.message())};
        before +=
            fmt::format("mirror {}: {}; ", schema::quoted(sessions.front()->endpoint().registry),
                        without_hint(error.message()));
        sessions.erase(sessions.begin());
    }
}

Result<> check_digest_given(const ImageRequest& request, const schema::Digest& digest) {
    if (request.reference.digest || request.need_digest == NeedDigest::kNo) return {};
    return Error{
        ErrorCode::kUntrusted,
        fmt::format("found nothing that says which image this must be, wanted a digest; "
                    "the registry gives {}\nhint: podctl fetch {}{}@{}",
                    digest.str(), schema::kDockerScheme, request.reference.name(), digest.str())};
}

Result<> check_total(const schema::OciManifest& manifest) {
    std::uint64_t total = 0;
    for (const auto& layer : manifest.layers) {
        if (layer.size > kMaxTotal || total + layer.size > kMaxTotal)
            return schema::found_wanted(fmt::format("layers of more than {} bytes", kMaxTotal),
                                        "smaller ones");
        total += layer.size;
    }
    return {};
}

Result<> write_blob(int layout_fd, const schema::Digest& digest, const std::string& text) {
    const auto directory = TRY(open_blob_directory(layout_fd, digest));
    return base::write_file(directory.get(), std::string{digest.hex()}, text, 0644);
}

// Before the layers: without a signature nothing is done with them.
Result<> write_signatures(const ImageRequest& request, Http& http, const Registries& registries,
                          const Sessions& sessions, const ResolvedImage& image) {
    if (request.signatures_fd < 0) return {};
    std::vector digests{image.digest};
    if (image.manifest.digest != image.digest) digests.push_back(image.manifest.digest);
    const auto text = TRY(fetch_signatures(http, registries, sessions, request.reference, digests));
    TRY_CONTEXT(base::write_all(request.signatures_fd, text), "handing over the signatures");
    return {};
}

// The index last: what has one is whole.
Result<> write_layout(const ResolvedImage& image, const ImageRequest& request) {
    // Whoever imports the image can see for himself that an index of that digest names it.
    TRY(write_blob(request.layout_fd, image.digest, image.text));
    TRY(write_blob(request.layout_fd, image.manifest.digest, image.manifest_text));
    TRY(write_blob(request.layout_fd, image.parsed.config.digest, image.config_text));
    TRY(base::write_file(request.layout_fd, "oci-layout", schema::kOciLayoutText, 0644));
    const auto index = schema::oci_index_of({.media_type = image.manifest.media_type,
                                             .digest = image.manifest.digest.str(),
                                             .size = image.manifest.size,
                                             .reference = request.reference.tag});
    return base::write_file(request.layout_fd, "index.json", index, 0644);
}

// Others may be fetching some of the layers now.
Result<StoredBlobs> stored_by_now(const ImageRequest& request,
                                  const std::vector<schema::OciDescriptor>& layers) {
    auto stored = request.stored;
    std::vector<schema::OciDescriptor> missing;
    for (const auto& layer : layers)
        if (!stored.contains(layer.digest.str())) missing.push_back(layer);
    if (request.missing && !missing.empty()) stored.merge(TRY(request.missing(missing)));
    return stored;
}

Result<std::optional<schema::Digest>> fetch(const ImageRequest& request,
                                            const Registries& registries,
                                            const Credentials& credentials,
                                            const LayersProgress& progress) {
    Http http{registries};
    auto sessions = make_sessions(http, registries, credentials, request.reference);
    auto resolved = TRY(resolve_somewhere(sessions, request));
    if (!resolved) return std::optional<schema::Digest>{};
    auto& image = *resolved;
    TRY(check_digest_given(request, image.digest));
    TRY(check_total(image.parsed));
    TRY(write_signatures(request, http, registries, sessions, image));
    const auto stored = TRY(stored_by_now(request, image.parsed.layers));
    TRY(fetch_blobs(http, sessions, image.parsed.layers, stored, request.layout_fd, progress));
    TRY(write_layout(image, request));
    return std::optional{std::move(image.digest)};
}

}  // namespace

Result<std::optional<schema::Digest>> fetch_image(const ImageRequest& request,
                                                  const Registries& registries,
                                                  const Credentials& credentials,
                                                  const LayersProgress& progress) {
    return TRY_CONTEXT(fetch(request, registries, credentials, progress), "fetching \"{}\"",
                       request.reference.str());
}

}  // namespace podd::fetch
