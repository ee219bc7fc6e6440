// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/signatures.h"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/json.h"
#include "fetch/blob_file.h"
#include "fetch/http_error.h"
#include "fetch/tries.h"
#include "schema/json_node.h"
#include "schema/oci.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using schema::Digest;
using schema::JsonNode;

namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} << 10;  // of a signature, and of what it signs
constexpr std::size_t kMaxInOnePlace = 20;
constexpr std::string_view kCosignLayer = "application/vnd.dev.cosign.simplesigning.v1+json";
constexpr std::string_view kCosignSignature = "dev.cosignproject.cosign/signature";

class Found {
public:
    void add(std::string_view format, const Digest& digest, std::string origin, std::string bytes,
             std::string payload) {
        Json signature;
        signature.add("format", format);
        signature.add("digest", digest.str());
        signature.add("origin", std::move(origin));
        signature.add("bytes", std::move(bytes));
        if (!payload.empty()) signature.add("payload", std::move(payload));
        signatures_.push_back(std::move(signature));
    }
    void take(Found other) {
        for (Json& signature : *other.signatures_.as_array())
            signatures_.push_back(std::move(signature));
    }
    bool empty() const { return signatures_.as_array()->empty(); }
    std::string text() && {
        Json json;
        json.add("signatures", std::move(signatures_));
        return json.str();
    }

private:
    Json signatures_{Json::Array{}};
};

// What lies at that address; false when nothing does.
Result<bool> get_file(Http& http, const std::string& url, std::string& text) {
    auto answer = TRY(get_patiently(http, [&] {
        HttpRequest request;
        request.url = url;
        request.max_bytes = kMaxBytes;
        return request;
    }));
    if (answer.status == 404 || answer.status == 410) return false;
    if (answer.status != 200) return status_error(answer);
    text = std::move(answer.body);
    return true;
}

Result<> add_lookaside(Found& found, Http& http, const std::string& lookaside,
                       const std::string& repository, const Digest& digest) {
    for (std::size_t number = 1; number <= kMaxInOnePlace; ++number) {
        auto url = lookaside_url(lookaside, repository, digest, number);
        std::string text;
        if (!TRY_CONTEXT(get_file(http, url, text), "signature {}", schema::quoted(url))) break;
        found.add("openpgp", digest, std::move(url), base::base64(text), {});
    }
    return {};
}

Result<std::optional<CosignSignature>> cosign_signature(const JsonNode& layer) {
    const auto type = TRY(
        schema::read_member(layer, "mediaType", [](const JsonNode& node) { return node.text(); }));
    if (type != kCosignLayer) return std::optional<CosignSignature>{};
    auto digest = TRY(schema::read_member(layer, "digest", schema::read_parsed<Digest>));
    const JsonNode annotations = TRY(layer.member("annotations"));
    auto signature = TRY(schema::read_member(annotations, kCosignSignature,
                                             [](const JsonNode& node) { return node.text(); }));
    return std::optional{CosignSignature{std::move(digest), std::move(signature)}};
}

Result<> add_cosign(Found& found, Session& session, const Digest& digest) {
    const auto tag = cosign_tag(digest);
    const auto manifest = TRY(
        session.get("manifests/" + tag,
                    fmt::format("{}, {}", schema::kOciManifestType, schema::kDockerManifestType),
                    schema::kMaxOciDocument));
    const auto& endpoint = session.endpoint();
    const auto origin = fmt::format("{}/{}:{}", endpoint.registry, endpoint.repository, tag);
    for (auto& [payload, signature] :
         TRY_CONTEXT(parse_cosign_manifest(manifest.body), "signatures at {}", origin)) {
        const auto blob = TRY_CONTEXT(session.get("blobs/" + payload.str(), "", kMaxBytes),
                                      "what is signed at {}", origin);
        TRY_CONTEXT(check_digest(blob.body, payload), "what is signed at {}", origin);
        found.add("cosign", digest, origin, std::move(signature), base::base64(blob.body));
    }
    return {};
}

// Of the first place that has any; a mirror need not have them.
Result<> add_cosign_somewhere(Found& found, const std::vector<std::unique_ptr<Session>>& sessions,
                              const Digest& digest) {
    for (const auto& session : sessions) {
        Found here;
        auto done = add_cosign(here, *session, digest);
        if (done && !here.empty()) {
            found.take(std::move(here));
            return {};
        }
        const bool is_last = session == sessions.back();
        if (!done && is_last && done.error().code() != ErrorCode::kNotFound) return done;
    }
    return {};
}

Error none(const std::string& lookaside, const schema::DockerReference& reference,
           const Digest& digest) {
    auto places = fmt::format("\"{}:{}\"", reference.name(), cosign_tag(digest));
    if (!lookaside.empty())
        places = fmt::format("neither at \"{}\" nor at {}",
                             lookaside_url(lookaside, reference.repository, digest, 1), places);
    else
        places = "none at " + places +
                 ", and no Lookaside= says where else one could be, see podd-registries(5)";
    return {ErrorCode::kUntrusted,
            fmt::format("found no signature, wanted one: {}\nhint: one is made by 'cosign sign "
                        "--key' or 'skopeo copy --sign-by'",
                        places)};
}

}  // namespace

std::string lookaside_url(std::string_view lookaside, std::string_view repository,
                          const Digest& digest, std::size_t number) {
    return fmt::format("{}/{}@{}={}/signature-{}", lookaside, repository, digest.algorithm(),
                       digest.hex(), number);
}

std::string cosign_tag(const Digest& digest) {
    return fmt::format("{}-{}.sig", digest.algorithm(), digest.hex());
}

Result<std::vector<CosignSignature>> parse_cosign_manifest(std::string_view text) {
    const auto json = TRY(Json::parse(text));
    const JsonNode root{json};
    TRY(root.object());
    const JsonNode layers = TRY(root.member("layers"));
    const auto* array = TRY(layers.array());
    std::vector<CosignSignature> signatures;
    for (std::size_t i = 0; i < array->size() && signatures.size() < kMaxInOnePlace; ++i) {
        const JsonNode layer = layers.element(i);
        if (auto signature = TRY(cosign_signature(layer)))
            signatures.push_back(*std::move(signature));
    }
    return signatures;
}

Result<std::string> fetch_signatures(Http& http, const Registries& registries,
                                     const std::vector<std::unique_ptr<Session>>& sessions,
                                     const schema::DockerReference& reference,
                                     const std::vector<Digest>& digests) {
    const auto& lookaside = registries.of(reference.registry).lookaside;
    Found found;
    for (const auto& digest : digests) {
        if (!lookaside.empty())
            TRY(add_lookaside(found, http, lookaside, reference.repository, digest));
        TRY(add_cosign_somewhere(found, sessions, digest));
    }
    if (found.empty()) return none(lookaside, reference, digests.front());
    return std::move(found).text();
}

}  // namespace podd::fetch
