// SPDX-License-Identifier: LGPL-2.1-or-later
// Files of this machine that are not imported on somebody's word, but fetched: the policy says
// whether what lies at their place is accepted.
#pragma once

#include <optional>
#include <string>

#include <sys/types.h>

#include "base/result.h"
#include "store/reader.h"
#include "trust/policy.h"

namespace podd::daemon {

/// Which file, and what comes with it.
struct LocalFile {
    std::string path;
    std::string digest{};  // of its manifest or index, as the caller wants it; empty: any
    enum class Signature : unsigned char {
        kNone,
        kBeside,  // it happens to lie there
        kNamed,   // and is to be looked at
    } signature = Signature::kNone;
};

/// Why it may be taken.
struct LocalAcceptance {
    std::optional<store::Verification> verification{};  // nothing when the signature decides
    bool needs_signature() const { return !verification; }
};

/// Errors: kInvalidArgument: no absolute path without ".."; kUntrusted: a rule refuses the place,
/// or nothing accepts the file.
base::Result<LocalAcceptance> accept_file(const LocalFile& file, const trust::Policy& policy,
                                          uid_t caller);

/// Whether `fd` is what lies at that path, no link in it. Errors: kUntrusted.
base::Result<> check_lies_at(int fd, const std::string& path);

}  // namespace podd::daemon
