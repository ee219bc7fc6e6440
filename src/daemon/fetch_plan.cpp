// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/fetch_plan.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/json.h"
#include "client/bus_error.h"
#include "store/acceptance.h"
#include "store/layout.h"

namespace podd::daemon {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

// "docker.io/library/nginx@sha256:…"
std::string pinned_name(const schema::DockerReference& reference, const std::string& digest) {
    return fmt::format("{}@{}", reference.name(), digest);
}

Result<schema::AcIdentifier> store_name(const schema::DockerReference& reference) {
    auto name = TRY(schema::AcIdentifier::sanitized(reference.name()));
    TRY(store::check_name(name.str()));
    return name;
}

std::vector<schema::Label> labels_of(const schema::DockerReference& reference) {
    if (reference.tag.empty()) return {};
    return {{schema::AcIdentifier::parse("version").value(), reference.tag}};
}

Result<store::ImageRecord> stored_pinned(const store::Reader& store, const std::string& digest,
                                         const std::string& pinned, const std::string& name) {
    const auto images = TRY(store.list());
    // The digest may be that of an index, which only the record of the fetch knows.
    const auto hit = std::ranges::find_if(images, [&](const store::ImageRecord& image) {
        return image.manifest.name.str() == name &&
               (image.id == digest || image.verification.reference == pinned);
    });
    if (hit == images.end())
        return Error{ErrorCode::kNotFound, fmt::format("no image \"{}\" in the store", pinned)};
    return *hit;
}

}  // namespace

Result<PullPolicy> fetch_options(const std::map<std::string, sdbus::Variant>& options) {
    auto pull = PullPolicy::kMissing;
    for (const auto& [key, value] : options) {
        if (key != "PullPolicy")
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("option \"{}\" is not known; wanted PullPolicy", key)};
        // Of another type than wanted: the exception stops here.
        // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): in the header of sdbus-c++
        const auto text = client::guarded([&] { return value.get<std::string>(); });
        if (!text)
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("option PullPolicy: {}", text.error().message())};
        pull = TRY(schema::parse_pull_policy(*text));
    }
    return pull;
}

Result<FetchPlan> plan_fetch(const schema::DockerReference& reference, const trust::Policy& policy,
                             uid_t caller) {
    auto name = TRY(store_name(reference));
    FetchPlan plan{.reference = reference, .name = std::move(name), .verification = {}};
    const auto* rule = policy.find(reference.name());
    const auto by = fmt::format("uid {}", caller);
    if (rule != nullptr && rule->accept == trust::Accept::kNone)
        return Error{ErrorCode::kUntrusted, fmt::format("image \"{}\" is refused by {}",
                                                        reference.name(), trust::describe(*rule))};
    const auto& digest = reference.digest;
    const auto pinned = digest ? pinned_name(reference, digest->str()) : std::string{};
    if (rule != nullptr && rule->accept == trust::Accept::kSigned)
        plan.verification =
            store::Verification{std::string{store::kVerifiedBySignature}, by,
                                digest ? pinned : reference.name(), trust::describe(*rule)};
    else if (digest)
        plan.verification = store::Verification{std::string{store::kVerifiedByDigest}, by, pinned};
    else if (rule != nullptr && rule->accept == trust::Accept::kUnsigned)
        plan.verification = store::Verification{std::string{store::kVerifiedByPolicy}, by,
                                                reference.name(), trust::describe(*rule)};
    return plan;
}

std::string stored_blobs(const std::vector<store::ImageRecord>& images) {
    constexpr std::size_t kMaxBytes = std::size_t{7} << 20;
    std::set<std::string> blobs;
    for (const auto& image : images)
        if (image.kind == store::ImageKind::kOci)
            blobs.insert(image.blobs.begin(), image.blobs.end());
    std::string text;
    for (const auto& blob : blobs) {
        // "sha256/…" there, "sha256:…" in manifests
        const auto slash = blob.find('/');
        if (slash == std::string::npos || text.size() > kMaxBytes) continue;
        text += fmt::format("{}:{}\n", blob.substr(0, slash), blob.substr(slash + 1));
    }
    return text;
}

Result<store::ImageRecord> stored_image(const store::Reader& store,
                                        const schema::DockerReference& reference,
                                        const trust::Policy& policy) {
    const auto name = TRY(store_name(reference));
    const auto& digest = reference.digest;
    auto image = digest ? TRY(stored_pinned(store, digest->str(),
                                            pinned_name(reference, digest->str()), name.str()))
                        : TRY(store.by_name(name.str(), labels_of(reference)));
                        TRY(store::check_accepted(image, policy));
                        return image;
}

Result<std::string> fetched_options(const FetchPlan& plan,
                                    const std::optional<SignedDocument>& signed_document) {
    if (!plan.verification || plan.needs_signature() != signed_document.has_value())
        return Error{ErrorCode::kUntrusted,
                     fmt::format("image \"{}\" was fetched although nothing accepts it",
                                 plan.reference.name())};
    Json verification;
    verification.add("kind", plan.verification->kind);
    verification.add("reference", plan.verification->reference);
    if (!plan.verification->rule.empty()) verification.add("rule", plan.verification->rule);
    Json json;
    json.add("registry", true);
    json.add("by", plan.verification->by);
    json.add("name", plan.name.str());
    json.add("labels", schema::to_json(labels_of(plan.reference)));
    json.add("verification", std::move(verification));
    if (plan.reference.digest) json.add("digest", plan.reference.digest->str());
    if (signed_document) {
        Json signature;
        signature.add("fingerprint", signed_document->fingerprint);
        signature.add("sha256", signed_document->digest.hex());
        json.add("signed", std::move(signature));
    }
    return json.str();
}

}  // namespace podd::daemon
