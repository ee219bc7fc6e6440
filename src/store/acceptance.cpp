// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/acceptance.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "base/printable.h"
#include "store/record.h"
#include "trust/keys.h"

namespace podd::store {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// An image, or one that another is made of.
struct Subject {
    ImageKind kind;
    DependencyRecord record;
};

Subject subject_of(const ImageRecord& image) {
    return {image.kind, dependency_record(image)};
}

bool is_signed(const Verification& verification) {
    return verification.kind == kVerifiedBySignature;
}

// Images of registries are signed under the name that they were asked for by; an ACI has its own.
bool needs_rule(const Verification& verification) {
    return verification.kind == kVerifiedByPolicy ||
           (is_signed(verification) && !verification.reference.empty());
}

bool is_pinned(const Verification& verification) {
    return verification.kind == kVerifiedByDigest;
}

bool is_of_file(const Verification& verification) {
    return verification.reference.starts_with('/');
}

// A key may be taken back, too.
bool may_end(const Verification& verification) {
    return needs_rule(verification) || is_signed(verification);
}

// What needs no rule is refused nevertheless by one that wants more, or nothing, of that name.
Result<> check_not_refused(const Verification& verification, std::string_view name,
                           const trust::Policy& policy) {
    const auto* rule = policy.find(name);
    if (rule != nullptr && rule->accept == trust::Accept::kNone)
        return Error{ErrorCode::kUntrusted,
                     fmt::format("image \"{}\" is refused by {}", name, trust::describe(*rule))};
    if (rule != nullptr && rule->accept == trust::Accept::kSigned && !is_signed(verification))
        return Error{ErrorCode::kUntrusted,
                     fmt::format("image \"{}\" was accepted without a signature, which {} asks for"
                                 "{}{}",
                                 name, trust::describe(*rule),
                                 is_of_file(verification)
                                     ? ""
                                     : "\nhint: podctl fetch --pull-policy=always docker://",
                                 is_of_file(verification) ? "" : verification.reference)};
    return {};
}

Error rule_is_gone(const Subject& image) {
    const auto& verification = image.record.verification;
    if (is_of_file(verification))
        return Error{
            ErrorCode::kUntrusted,
            fmt::format("image \"{}\" was accepted unsigned by {}, which does not hold any "
                        "more\nhint: to accept its file, run: podctl import {}",
                        image.record.name, verification.rule,
                        base::shell_word(verification.reference))};
    if (image.kind == ImageKind::kAci)
        return Error{ErrorCode::kUntrusted,
                     fmt::format("image \"{0}\" was accepted unsigned by {1}, which does not hold "
                                 "any more\nhint: trust its owner's key by 'podctl trust "
                                 "--prefix={0}' and fetch it again",
                                 image.record.name, verification.rule)};
    return Error{
        ErrorCode::kUntrusted,
        fmt::format("image \"{0}\" was accepted {1} by {2}, which does not hold any more; to "
                    "accept these very bytes, run 'podctl fetch docker://{0}@{3}'",
                    trust::name_in(verification.reference),
                    is_signed(verification) ? "with a signature" : "unsigned", verification.rule,
                    image.record.id)};
}

Result<> check_signed(const DependencyRecord& image, const trust::Policy& policy) {
    const auto& verification = image.verification;
    // One that was imported from a file is the administrator's word, whatever rules there are.
    if (image.is_fetched) TRY(check_not_refused(verification, image.name, policy));
    return trust::check_trusted(verification.by, image.name);
}

Result<> check_signed_of_registry(const Subject& image, const trust::Policy& policy) {
    const auto& verification = image.record.verification;
    const auto name = trust::name_in(verification.reference);
    switch (policy.accept(name)) {
        case trust::Accept::kSigned: return trust::check_trusted(verification.by, name);
        case trust::Accept::kUnsigned: return {};
        case trust::Accept::kPinned:
            if (name != verification.reference) return {};  // it was asked for by its digest
            break;
        case trust::Accept::kNone: break;
    }
    return rule_is_gone(image);
}

// The place of a file accepts what lies there; but who is asked for a name wants more of it.
Result<> check_name_of_file(const Subject& image, const trust::Policy& policy) {
    const auto* rule = policy.find(image.record.name);
    if (rule == nullptr || rule->accept == trust::Accept::kUnsigned) return {};
    return Error{
        ErrorCode::kUntrusted,
        fmt::format("image \"{}\" of the file \"{}\" is unsigned, which {} does not accept",
                    image.record.name, image.record.verification.reference,
                    trust::describe(*rule))};
}

Result<> check_by_rule(const Subject& image, const trust::Policy& policy) {
    const auto is_unsigned = [&](std::string_view name) {
        return policy.accept(name) == trust::Accept::kUnsigned;
    };
    if (is_of_file(image.record.verification))
        return is_unsigned(image.record.verification.reference) ? check_name_of_file(image, policy)
                                                                : rule_is_gone(image);
    // An ACI has a name of its own, whatever the place it was found at is called.
    if (is_unsigned(image.record.verification.reference) &&
        (image.kind != ImageKind::kAci || is_unsigned(image.record.name)))
        return {};
    return rule_is_gone(image);
}

Result<> check_subject(const Subject& image, const trust::Policy& policy) {
    const auto& verification = image.record.verification;
    if (is_signed(verification))
        return verification.reference.empty() ? check_signed(image.record, policy)
                                              : check_signed_of_registry(image, policy);
    if (needs_rule(verification)) return check_by_rule(image, policy);
    if (is_pinned(verification))
        return check_not_refused(verification, trust::name_in(verification.reference), policy);
    if (verification.kind == kVerifiedByImport) return {};
    return Error{ErrorCode::kUntrusted,
                 fmt::format("image \"{}\" was accepted as \"{}\", which this version of podd does "
                             "not know",
                             image.record.name, verification.kind)};
}

// Reads the policy when something first depends on it, and once.
class Today {
public:
    Result<> check(const Subject& image) {
        if (image.record.verification.kind != kVerifiedByImport && !is_read_) {
            policy_ = TRY_CONTEXT(trust::Policy::read(), "reading which images are accepted");
            is_read_ = true;
        }
        return check_subject(image, policy_);
    }

private:
    trust::Policy policy_;
    bool is_read_ = false;
};

// It may have come again since, and on better grounds; and it may be gone, and its files are not.
Result<DependencyRecord> as_known_now(const Reader& store, const DependencyRecord& dependency) {
    const auto record = store.by_id(dependency.id);
    if (record) return dependency_record(*record);
    if (record.error().code() == ErrorCode::kNotFound) return dependency;
    return record.error();
}

// Records of earlier versions do not say.
Result<> check_is_known(const ImageRecord& image) {
    if (image.manifest.dependencies.empty() || !image.dependencies.empty()) return {};
    return Error{ErrorCode::kUntrusted,
                 fmt::format("image \"{}\" came to an earlier version of podd, which did not keep "
                             "what it is made of; import or fetch it again",
                             image.manifest.name.str())};
}

}  // namespace

Result<> check_accepted(const ImageRecord& image, const trust::Policy& policy) {
    return check_subject(subject_of(image), policy);
}

Result<> check_accepted(const ImageRecord& image) {
    return Today{}.check(subject_of(image));
}

Result<> check_accepted(const Reader& store, const ImageRecord& image) {
    Today today;
    TRY(today.check(subject_of(image)));
    TRY(check_is_known(image));
    for (const auto& kept : image.dependencies) {
        const auto check = [&]() -> Result<> {
            auto known = TRY(as_known_now(store, kept));
            return today.check({ImageKind::kAci, std::move(known)});
        };
        TRY_CONTEXT(check(), "image \"{}\" depends on \"{}\"", image.manifest.name.str(),
                    kept.name);
    }
    return {};
}

bool is_signed_by(const Reader& store, const ImageRecord& image, std::string_view fingerprint) {
    const auto by_key = [&](const Verification& verification) {
        return is_signed(verification) && verification.by == fingerprint;
    };
    return by_key(image.verification) ||
           std::ranges::any_of(image.dependencies, [&](const DependencyRecord& kept) {
               const auto now = as_known_now(store, kept);
               return now && by_key(now->verification);
           });
}

Verification stronger(const Verification& old, const Verification& fresh) {
    if (may_end(old)) return fresh;
    // A signature that was asked for by digest is as good where only that counts.
    if (is_pinned(old) && is_signed(fresh) &&
        trust::name_in(old.reference) == trust::name_in(fresh.reference)) {
        auto both = fresh;
        both.reference = old.reference;
        return both;
    }
    return old;
}

}  // namespace podd::store
