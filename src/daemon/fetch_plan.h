// SPDX-License-Identifier: LGPL-2.1-or-later
// What FetchImage() was asked for, and whether and why its answer may be taken; pure but for the
// look into the store.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "client/sdbus_compat.h"
#include "schema/docker_reference.h"
#include "schema/names.h"
#include "schema/pull_policy.h"
#include "store/reader.h"
#include "trust/policy.h"

namespace podd::daemon {

using schema::PullPolicy;

/// The "options" of FetchImage(): PullPolicy. Errors: kInvalidArgument.
base::Result<PullPolicy> fetch_options(const std::map<std::string, sdbus::Variant>& options);

struct FetchPlan {
    schema::DockerReference reference;
    schema::AcIdentifier name;  // in the store: that of the registry, with "_" for a port's ":"
    /// How the image will have been verified; nothing when a digest is needed and none was given.
    std::optional<store::Verification> verification;

    /// Whether a key must have signed the image. "by" of the verification is that key then.
    bool needs_signature() const {
        return verification && verification->kind == store::kVerifiedBySignature;
    }
};

/// What need not come over the network.
struct InStore {
    std::string known{};  // the image that the reference led to before, when that may be used
    std::string blobs{};  // digests, one on each line
};
/// Of the images of registries among these. What is too much for the fetcher is left out.
std::string stored_blobs(const std::vector<store::ImageRecord>& images);

/// Which manifest or index the verifier has found to be signed, and by which key.
struct SignedDocument {
    std::string fingerprint;
    schema::Digest digest;
};

/// Errors: kInvalidArgument: a name that the store cannot keep; kUntrusted: a rule refuses all of
/// that name.
base::Result<FetchPlan> plan_fetch(const schema::DockerReference& reference,
                                   const trust::Policy& policy, uid_t caller);

/// The image that the store has for that, when it may be used. Errors: kNotFound; kUntrusted: see
/// store::check_accepted().
base::Result<store::ImageRecord> stored_image(const store::Reader& store,
                                              const schema::DockerReference& reference,
                                              const trust::Policy& policy);

/// --options= of the importer for what was fetched. Errors: kUntrusted without a verification, or
/// without a signature where one is needed.
base::Result<std::string> fetched_options(
    const FetchPlan& plan, const std::optional<SignedDocument>& signed_document = {});

}  // namespace podd::daemon
