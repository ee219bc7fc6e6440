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

// A key may be taken back, too.
bool may_end(const Verification& verification) {
    return needs_rule(verification) || is_signed(verification);
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
    if (verification.reference.empty())
        return trust::check_trusted(verification.by, image.manifest.name.str());
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
    if (verification.kind == kVerifiedByImport || verification.kind == kVerifiedByDigest) return {};
    return Error{ErrorCode::kUntrusted,
                 fmt::format("image \"{}\" was accepted as \"{}\", which this version of podd does "
                             "not know",
                             image.manifest.name.str(), verification.kind)};
}

Result<> check_accepted(const ImageRecord& image) {
    if (!needs_rule(image.verification)) return check_accepted(image, trust::Policy{});
    const auto policy = TRY_CONTEXT(trust::Policy::read(), "reading which images are accepted");
    return check_accepted(image, policy);
}

const Verification& stronger(const Verification& old, const Verification& fresh) {
    return may_end(old) ? fresh : old;
}

}  // namespace podd::store
