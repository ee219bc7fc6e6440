// SPDX-License-Identifier: LGPL-2.1-or-later
#include "store/acceptance.h"

#include <fmt/format.h>

#include "trust/keys.h"

namespace podd::store {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

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

// A key may be taken back, too.
bool may_end(const Verification& verification) {
    return needs_rule(verification) || is_signed(verification);
}

// What needs no rule is refused nevertheless by one that wants more, or nothing, of that name.
Result<> check_not_refused(const ImageRecord& image, std::string_view name,
                           const trust::Policy& policy) {
    const auto* rule = policy.find(name);
    if (rule != nullptr && rule->accept == trust::Accept::kNone)
        return Error{ErrorCode::kUntrusted,
                     fmt::format("image \"{}\" is refused by {}", name, trust::describe(*rule))};
    if (rule != nullptr && rule->accept == trust::Accept::kSigned && !is_signed(image.verification))
        return Error{ErrorCode::kUntrusted,
                     fmt::format("image \"{0}\" was accepted without a signature, which {1} asks "
                                 "for\nhint: podctl fetch --pull-policy=always docker://{2}",
                                 name, trust::describe(*rule), image.verification.reference)};
    return {};
}

Error rule_is_gone(const ImageRecord& image) {
    const auto& verification = image.verification;
    if (image.kind == ImageKind::kAci)
        return Error{ErrorCode::kUntrusted,
                     fmt::format("image \"{0}\" was accepted unsigned by {1}, which does not hold "
                                 "any more\nhint: trust its owner's key by 'podctl trust "
                                 "--prefix={0}' and fetch it again",
                                 image.manifest.name.str(), verification.rule)};
    return Error{
        ErrorCode::kUntrusted,
        fmt::format("image \"{0}\" was accepted {1} by {2}, which does not hold any more; to "
                    "accept these very bytes, run 'podctl fetch docker://{0}@{3}'",
                    trust::name_in(verification.reference),
                    is_signed(verification) ? "with a signature" : "unsigned", verification.rule,
                    image.id)};
}

Result<> check_signed(const ImageRecord& image, const trust::Policy& policy) {
    const auto& verification = image.verification;
    if (verification.reference.empty()) {
        // One that was imported from a file is the administrator's word, whatever rules there are.
        const auto& name = image.manifest.name.str();
        if (!image.origins.empty()) TRY(check_not_refused(image, name, policy));
        return trust::check_trusted(verification.by, name);
    }
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

}  // namespace

Result<> check_accepted(const ImageRecord& image, const trust::Policy& policy) {
    const auto& verification = image.verification;
    if (is_signed(verification)) return check_signed(image, policy);
    if (needs_rule(verification)) {
        const auto is_unsigned = [&](std::string_view name) {
            return policy.accept(name) == trust::Accept::kUnsigned;
        };
        // An ACI has a name of its own, whatever the place it was found at is called.
        if (is_unsigned(verification.reference) &&
            (image.kind != ImageKind::kAci || is_unsigned(image.manifest.name.str())))
            return {};
        return rule_is_gone(image);
    }
    if (is_pinned(verification))
        return check_not_refused(image, trust::name_in(verification.reference), policy);
    if (verification.kind == kVerifiedByImport) return {};
    return Error{ErrorCode::kUntrusted,
                 fmt::format("image \"{}\" was accepted as \"{}\", which this version of podd does "
                             "not know",
                             image.manifest.name.str(), verification.kind)};
}

Result<> check_accepted(const ImageRecord& image) {
    if (image.verification.kind == kVerifiedByImport) return check_accepted(image, trust::Policy{});
    const auto policy = TRY_CONTEXT(trust::Policy::read(), "reading which images are accepted");
    return check_accepted(image, policy);
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
