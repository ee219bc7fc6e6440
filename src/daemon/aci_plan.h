// SPDX-License-Identifier: LGPL-2.1-or-later
// ACIs that are to come over the network: what was asked for, what that depends on, and why each of
// them may be taken. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "base/json.h"
#include "base/result.h"
#include "daemon/fetch_plan.h"
#include "daemon/verifier_unit.h"
#include "daemon/worker_lines.h"
#include "schema/fetch_reference.h"
#include "schema/image_manifest.h"
#include "store/reader.h"
#include "trust/policy.h"

namespace podd::daemon {

/// More than these are not fetched for one image.
inline constexpr std::size_t kMaxFetchedAcis = 64;

/// One image on its way.
struct AciPlan {
    std::string reference;                         // what was asked for, as records keep it
    std::optional<schema::ImageReference> name{};  // else it is:
    std::string url{};                             // whole
    bool allow_http = false;
    std::string signature_url{};  // where it is not beside the image
    /// A rule takes it unsigned; nothing when a signature is needed.
    std::optional<store::Verification> unsigned_by{};
    std::string id{};                     // of a dependency that has one
    std::optional<std::uint64_t> size{};  // of its file, likewise
    std::optional<schema::Dependency> dependency{};
    bool in_store = false;  // a dependency that another fetch has brought meanwhile
    // What became known of it.
    std::optional<FetchedAci> fetched{};
    std::optional<GoodSignature> signature{};
    std::optional<schema::ImageManifest> manifest{};
    std::vector<std::size_t> needs{};  // by number

    /// --reference= of the fetcher.
    std::string fetcher_word() const;
};

/// Errors: kUntrusted: a rule refuses all of that name or place, or http is not allowed there.
base::Result<AciPlan> plan_aci(const schema::FetchReference& reference,
                               const std::string& signature_url, const trust::Policy& policy,
                               uid_t caller);
base::Result<AciPlan> plan_dependency(const schema::Dependency& dependency,
                                      const trust::Policy& policy, uid_t caller);

/// Who has had an image accepted, as records keep it.
std::string by_uid(uid_t caller);
/// kUntrusted: the rule takes nothing of that name or place.
base::Error refused_by(const std::string& what, const trust::Rule& rule);

/// The set of images that one fetch is about; the first is the one that was asked for.
class AciSet {
public:
    AciSet(AciPlan asked, trust::Policy policy, uid_t caller, const std::string& host_arch);

    AciPlan& at(std::size_t number) { return plans_[number]; }
    const AciPlan& at(std::size_t number) const { return plans_[number]; }
    const AciPlan& asked() const { return plans_.front(); }
    std::size_t size() const { return plans_.size(); }
    /// Where the fetcher puts it, in kFetchFolders.
    std::string folder(std::size_t number) const { return folder_of(plans_[number]); }

    /// What the image says of itself fits what was asked for and what the policy says of its name.
    /// Errors: kUntrusted.
    base::Result<> take_manifest(std::size_t number, schema::ImageManifest manifest);
    /// The image needs this one, which the store does not have. Errors: those of plan_dependency();
    /// kInvalidArgument: too many, or one that is wanted with two ids.
    base::Result<> add_dependency(std::size_t number, const schema::Dependency& dependency);

    /// --fetched= of the importer: each after what it needs. Errors: kInvalidArgument: an image
    /// depends on itself, or on too many one behind the other.
    base::Result<std::string> import_options() const;
    /// --options= of the importer for what was not modified.
    std::string renew_options() const;

private:
    base::Result<std::vector<std::size_t>> import_order() const;
    base::Json options_of(const AciPlan& plan) const;
    std::string folder_of(const AciPlan& plan) const;

    std::vector<AciPlan> plans_;
    trust::Policy policy_;
    uid_t caller_;
    std::vector<schema::Label> host_;
};

/// The image that a name with labels means here: the newest of those that this machine could have
/// been given. nullptr where there is none.
const store::ImageRecord* find_named(const std::vector<store::ImageRecord>& images,
                                     const schema::ImageReference& reference,
                                     const std::string& host_arch);

/// What the store has for the same reference: the server is asked whether there is anything newer.
struct KnownAci {
    std::string id;
    std::string url;
    std::string etag;
};

struct StoredAci {
    std::optional<store::ImageRecord> take{};  // nobody need be asked
    std::optional<KnownAci> known{};
};
/// Of these images, with `check` to say whether one is acceptable now. Errors: kNotFound, or those
/// of `check`, when nothing may be fetched.
base::Result<StoredAci> stored_aci(
    const std::vector<store::ImageRecord>& images, const schema::FetchReference& reference,
    PullPolicy pull, std::uint64_t now_usec,
    const std::function<base::Result<>(const store::ImageRecord&)>& check);

/// Errors: kUntrusted when that URL is without TLS and no rule allows it.
base::Result<> check_http(const schema::WebUrl& url, const trust::Policy& policy);

}  // namespace podd::daemon
