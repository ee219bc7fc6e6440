// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "daemon/aci_plan.h"
#include "daemon/fetch_folder.h"
#include "daemon/host_labels.h"
#include "store/record.h"
#include "trust/keys.h"

namespace podd::daemon {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

namespace {

constexpr std::size_t kMaxDepth = 64;
// Options travel as one word of argv.
constexpr std::size_t kMaxOptionsBytes = 100'000;

Error invalid(std::string message) {
    return {ErrorCode::kInvalidArgument, std::move(message)};
}

Error other_image(const AciPlan& plan, const std::string& found) {
    return {ErrorCode::kUntrusted,
            fmt::format("\"{}\" was asked for, and {}", plan.reference, found)};
}

Result<> check_asked(const AciPlan& plan, const schema::ImageManifest& manifest,
                     const std::vector<schema::Label>& host) {
    if (!plan.name || !plan.name->name) return {};
    if (manifest.name != *plan.name->name)
        return other_image(plan, fmt::format("the image that came is \"{}\"", manifest.name.str()));
    for (const auto& label : plan.name->labels)
        if (!store::labels_match(manifest.labels, {label}))
            return other_image(plan, fmt::format("the image that came has no label {}={}",
                                                 label.name.str(), label.value));
    if (!equal_or_absent(manifest.labels, unasked(host, plan.name->labels)))
        return other_image(plan, "the image that came is for another machine");
    return {};
}

bool one_is_prefix(const std::string& a, const std::string& b) {
    return a.starts_with(b) || b.starts_with(a);
}

}  // namespace

AciSet::AciSet(AciPlan asked, trust::Policy policy, uid_t caller, const std::string& host_arch)
    : policy_{std::move(policy)}, caller_{caller}, host_{host_labels(host_arch)} {
    plans_.push_back(std::move(asked));
}

Result<> AciSet::take_manifest(std::size_t number, schema::ImageManifest manifest) {
    auto& plan = plans_[number];
    TRY(check_asked(plan, manifest, host_));
    const auto& name = manifest.name.str();
    const auto* rule = policy_.find(name);
    if (rule != nullptr && rule->accept == trust::Accept::kNone) return refused_by(name, *rule);
    if (plan.signature) {
        TRY(trust::check_trusted(plan.signature->fingerprint, name));
    } else if (!plan.unsigned_by || policy_.accept(name) != trust::Accept::kUnsigned) {
        // A place that may serve what it likes may not do so under everybody's name.
        return Error{
            ErrorCode::kUntrusted,
            fmt::format("\"{}\" holds image \"{}\" without a signature, and no rule accepts "
                        "that name so, see podd.policy(5)",
                        plan.reference, name)};
    }
    plan.manifest = std::move(manifest);
    return {};
}

Result<> AciSet::add_dependency(std::size_t number, const schema::Dependency& dependency) {
    auto plan = TRY(plan_dependency(dependency, policy_, caller_));
    const auto known = std::ranges::find(plans_, plan.reference, &AciPlan::reference);
    if (known != plans_.end()) {
        if (!one_is_prefix(known->id, plan.id))
            return invalid(fmt::format("\"{}\" is wanted both as {} and as {}", plan.reference,
                                       known->id, plan.id));
        if (plan.id.size() > known->id.size()) known->id = plan.id;
        if (!known->size) known->size = plan.size;
        plans_[number].needs.push_back(static_cast<std::size_t>(known - plans_.begin()));
        return {};
    }
    if (plans_.size() >= kMaxFetchedAcis)
        return invalid(
            fmt::format("more than {} images would have to be fetched", kMaxFetchedAcis));
    plans_[number].needs.push_back(plans_.size());
    plans_.push_back(std::move(plan));
    return {};
}

Result<std::vector<std::size_t>> AciSet::import_order() const {
    std::vector<std::size_t> order;
    std::vector<std::size_t> path;
    const auto visit = [&](const auto& self, std::size_t number) -> Result<> {
        if (std::ranges::find(path, number) != path.end())
            return invalid(fmt::format("image \"{}\" depends on itself", plans_[number].reference));
        if (plans_[number].in_store || std::ranges::find(order, number) != order.end()) return {};
        if (path.size() >= kMaxDepth)
            return invalid(fmt::format("image \"{}\" is more than {} dependencies deep",
                                       plans_[number].reference, kMaxDepth));
        path.push_back(number);
        for (const auto need : plans_[number].needs)
            TRY(self(self, need));
        path.pop_back();
        order.push_back(number);
        return {};
    };
    TRY(visit(visit, 0));
    return order;
}

std::string AciSet::folder_of(const AciPlan& plan) const {
    return aci_folder_name(asked().reference, plan.reference);
}

Json AciSet::options_of(const AciPlan& plan) const {
    Json json;
    json.add("folder", folder_of(plan));
    json.add("by", by_uid(caller_));
    if (plan.signature) {
        Json good;
        good.add("fingerprint", plan.signature->fingerprint);
        good.add("sha256", plan.signature->sha256);
        json.add("signed", std::move(good));
    } else if (plan.unsigned_by) {
        Json verification;
        verification.add("kind", plan.unsigned_by->kind);
        verification.add("reference", plan.unsigned_by->reference);
        verification.add("rule", plan.unsigned_by->rule);
        json.add("verification", std::move(verification));
    }
    Json wanted;
    // Also of a URL: what the policy was asked about is what must come.
    if (plan.manifest) wanted.add("name", plan.manifest->name.str());
    if (plan.name) {
        wanted.add("labels", schema::to_json(plan.name->labels));
        wanted.add("host", schema::to_json(unasked(host_, plan.name->labels)));
    }
    if (!plan.id.empty()) wanted.add("id", plan.id);
    if (plan.size) wanted.add("size", *plan.size);
    json.add("wanted", std::move(wanted));
    if (plan.fetched) {
        Json origin;
        origin.add("reference", plan.reference);
        origin.add("url", plan.fetched->url);
        origin.add("etag", plan.fetched->etag);
        origin.add("maxAge", plan.fetched->max_age);
        json.add("origin", std::move(origin));
    }
    return json;
}

Result<std::string> AciSet::import_options() const {
    Json list{Json::Array{}};
    for (const auto number : TRY(import_order())) {
        const auto& plan = plans_[number];
        if (!plan.manifest || !plan.fetched || (!plan.signature && !plan.unsigned_by))
            return Error{ErrorCode::kInternal,
                         fmt::format("\"{}\" is not known to be acceptable", plan.reference)};
        list.push_back(options_of(plan));
    }
    auto text = list.str();
    if (text.size() > kMaxOptionsBytes)
        return invalid("the image has too many dependencies, or such with too many labels");
    return text;
}

std::string AciSet::renew_options() const {
    Json json;
    if (const auto whole = options_of(asked()); const Json* origin = whole.find("origin"))
        json.add("origin", *origin);
    return json.str();
}

}  // namespace podd::daemon
