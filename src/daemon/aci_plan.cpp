// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/aci_plan.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <sys/utsname.h>

#include "base/json.h"
#include "daemon/fetch_folder.h"
#include "schema/image_reference.h"
#include "schema/platform.h"
#include "store/layout.h"
#include "store/origins.h"
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

Error refused_by(const std::string& what, const trust::Rule& rule) {
    return {ErrorCode::kUntrusted,
            fmt::format("image \"{}\" is refused by {}", what, trust::describe(rule))};
}

std::string by_uid(uid_t caller) {
    return fmt::format("uid {}", caller);
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

std::vector<schema::Label> host_labels(const std::string& arch) {
    std::vector<schema::Label> labels;
    labels.push_back({schema::AcIdentifier::parse("os").value(), "linux"});
    if (!arch.empty()) labels.push_back({schema::AcIdentifier::parse("arch").value(), arch});
    return labels;
}

// What was not asked for in words.
std::vector<schema::Label> unasked(const std::vector<schema::Label>& host,
                                   const std::vector<schema::Label>& asked) {
    std::vector<schema::Label> left;
    for (const auto& label : host)
        if (!schema::label(asked, label.name.str())) left.push_back(label);
    return left;
}

bool equal_or_absent(const std::vector<schema::Label>& found,
                     const std::vector<schema::Label>& wanted) {
    return std::ranges::all_of(wanted, [&](const schema::Label& label) {
        return schema::label(found, label.name.str()).value_or(label.value) == label.value;
    });
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

Json labels_json(const std::vector<schema::Label>& labels) {
    return schema::to_json(labels);
}

bool one_is_prefix(const std::string& a, const std::string& b) {
    return a.starts_with(b) || b.starts_with(a);
}

}  // namespace

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
        wanted.add("labels", labels_json(plan.name->labels));
        wanted.add("host", labels_json(unasked(host_, plan.name->labels)));
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

std::string host_arch() {
    utsname name{};
    if (::uname(&name) != 0) return {};
    return schema::arch_of_machine(name.machine).value_or("");
}

}  // namespace podd::daemon
