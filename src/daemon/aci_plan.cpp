// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/aci_plan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "daemon/host_labels.h"
#include "schema/image_reference.h"
#include "store/layout.h"
#include "store/origins.h"
#include "store/record.h"
#include "trust/keys.h"

namespace podd::daemon {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

Error invalid(std::string message) {
    return {ErrorCode::kInvalidArgument, std::move(message)};
}

// `place` is what rules are about.
Result<> accept_place(AciPlan& plan, const std::string& place, const trust::Policy& policy,
                      uid_t caller) {
    const auto* rule = policy.find(place);
    if (rule == nullptr) return {};
    if (rule->accept == trust::Accept::kNone) return refused_by(place, *rule);
    plan.allow_http = rule->allow_http;
    if (rule->accept == trust::Accept::kUnsigned && plan.signature_url.empty())
        plan.unsigned_by = store::Verification{std::string{store::kVerifiedByPolicy},
                                               by_uid(caller), place, trust::describe(*rule)};
    return {};
}

}  // namespace

Error refused_by(const std::string& what, const trust::Rule& rule) {
    return {ErrorCode::kUntrusted,
            fmt::format("image \"{}\" is refused by {}", what, trust::describe(rule))};
}

std::string by_uid(uid_t caller) {
    return fmt::format("uid {}", caller);
}

std::string AciPlan::fetcher_word() const {
    return name ? "appc:" + reference : url;
}

Result<AciPlan> plan_aci(const schema::FetchReference& reference, const std::string& signature_url,
                         const trust::Policy& policy, uid_t caller) {
    AciPlan plan{.reference = schema::kept(reference), .signature_url = signature_url};
    if (!signature_url.empty()) {
        const auto url = TRY_CONTEXT(schema::parse_web_url(signature_url), "the signature's URL");
        TRY(check_http(url, policy));
    }
    if (const auto* url = std::get_if<schema::WebUrl>(&reference)) {
        TRY(check_http(*url, policy));
        TRY(accept_place(plan, url->place, policy, caller));
        plan.url = url->text;
        return plan;
    }
    const auto& image = std::get<schema::ImageReference>(reference);
    if (!image.name) return Error{ErrorCode::kInternal, "an image without a name to look for"};
    plan.name = image;
    const auto& name = image.name->str();
    TRY(store::check_name(name));
    TRY(accept_place(plan, name, policy, caller));
    return plan;
}

Result<AciPlan> plan_dependency(const schema::Dependency& dependency, const trust::Policy& policy,
                                uid_t caller) {
    schema::ImageReference asked;
    asked.name = dependency.image_name;
    asked.labels = dependency.labels;
    // No version is the newest one.
    std::erase_if(asked.labels, [](const schema::Label& label) {
        return label.name.str() == "version" && label.value.empty();
    });
    std::ranges::sort(asked.labels, {},
                      [](const schema::Label& label) { return label.name.str(); });
    // The words are a stranger's: they must mean the same when they are read as if typed.
    const auto reference = TRY(schema::parse_fetch_reference(schema::str(asked)));
    const auto* name = std::get_if<schema::ImageReference>(&reference);
    if (name == nullptr || name->name != asked.name || name->labels != asked.labels)
        return invalid(fmt::format("\"{}\" cannot be looked for with these labels",
                                   dependency.image_name.str()));
    auto plan = TRY(plan_aci(reference, "", policy, caller));
    plan.id = dependency.image_id.value_or("");
    plan.size = dependency.size;
    plan.dependency = dependency;
    return plan;
}

const store::ImageRecord* find_named(const std::vector<store::ImageRecord>& images,
                                     const schema::ImageReference& reference,
                                     const std::string& host_arch) {
    if (!reference.name) return nullptr;
    const store::ImageRecord* newest = nullptr;
    const auto host = unasked(host_labels(host_arch), reference.labels);
    for (const auto& image : images) {
        const auto& manifest = image.manifest;
        if (manifest.name != *reference.name ||
            !store::labels_match(manifest.labels, reference.labels) ||
            !equal_or_absent(manifest.labels, host))
            continue;
        if (newest == nullptr || image.imported_usec > newest->imported_usec) newest = &image;
    }
    return newest;
}

Result<StoredAci> stored_aci(const std::vector<store::ImageRecord>& images,
                             const schema::FetchReference& reference, PullPolicy pull,
                             std::uint64_t now_usec,
                             const std::function<Result<>(const store::ImageRecord&)>& check) {
    const auto word = schema::kept(reference);
    const auto* name = std::get_if<schema::ImageReference>(&reference);
    const auto* image = name == nullptr || pull == PullPolicy::kAlways
                            ? store::fetched_last(images, word)
                            : find_named(images, *name, host_arch());
    if (pull == PullPolicy::kNever) {
        if (image == nullptr)
            return Error{ErrorCode::kNotFound, fmt::format("no image \"{}\" in the store", word)};
        TRY(check(*image));
    }
    // What is not accepted any more may be when it comes anew.
    if (image == nullptr || !check(*image)) return StoredAci{};
    if (pull != PullPolicy::kAlways) return StoredAci{.take = *image};
    const auto* origin = store::origin_of(*image, word);
    if (store::is_fresh(*origin, now_usec)) return StoredAci{.take = *image};
    return StoredAci{.known = KnownAci{image->id, origin->url, origin->etag}};
}

Result<> check_http(const schema::WebUrl& url, const trust::Policy& policy) {
    if (url.secure || policy.allow_http(url.place)) return {};
    return Error{ErrorCode::kUntrusted,
                 fmt::format("\"{}\" is not fetched without TLS: anybody in between could change "
                             "what comes\nhint: an administrator may allow it by AllowHttp=yes in "
                             "a section [Prefix {}], see podd.policy(5)",
                             schema::shown(url.text), url.place.substr(0, url.place.find('/')))};
}

}  // namespace podd::daemon
