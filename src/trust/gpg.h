// SPDX-License-Identifier: LGPL-2.1-or-later
// gpg, by way of gpgme, in a GNUPGHOME of its own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::trust {

/// One line of gpg's status: words, the keyword first. Source: doc/DETAILS of GnuPG.
using StatusLine = std::vector<std::string>;

/// The keyword, and what stands behind it as words.
StatusLine status_line(std::string_view keyword, std::string_view arguments);

/// Gives the next bytes like read(2).
using ReadMore = std::function<ssize_t(char* buffer, std::size_t size)>;

/// Of a fingerprint or key id: gpg writes them in capitals.
std::string lower_case(std::string_view fingerprint);

struct KeyInfo {
    std::string fingerprint;  // of the primary key, lower case
    std::vector<std::string> user_ids;
    std::uint64_t created = 0;  // seconds of CLOCK_REALTIME
    std::uint64_t expires = 0;  // 0: never
    bool expired = false;
    bool revoked = false;
};

struct GpgRun {
    bool success = false;   // gpgme knows of no error
    bool read_all = false;  // gpg took everything that the input gave
    std::vector<StatusLine> status;
    std::string output;
    std::vector<KeyInfo> keys;
};

class GpgHome : private base::Pinned {
public:
    /// Makes the folder in `parent`, with mode 0700. Errors: kIo.
    static base::Result<std::unique_ptr<GpgHome>> make(const std::string& parent);
    ~GpgHome();

    // Errors of all: kUnavailable: gpg is not there; kIo. That gpg is not content with what it got
    // is no error here.

    /// Takes in the keys of a text.
    base::Result<GpgRun> import(std::string_view text) const;
    /// The keys of that fingerprint or id.
    base::Result<GpgRun> list(const std::string& fingerprint) const;
    /// The key as text, armored.
    base::Result<GpgRun> armored(const std::string& fingerprint) const;
    /// A signature of what `file` gives.
    base::Result<GpgRun> verify(std::string_view signature, const ReadMore& file) const;
    /// A message that holds what it signs, which is the output; more than `limit` bytes of it end
    /// the run.
    base::Result<GpgRun> verify_message(std::string_view message, std::size_t limit) const;

private:
    GpgHome(base::UniqueFd parent, std::string name, std::string path)
        : parent_{std::move(parent)}, name_{std::move(name)}, path_{std::move(path)} {}
    base::Result<> write(const std::string& name, std::string_view text) const;
    base::UniqueFd parent_;
    std::string name_;
    std::string path_;
};

}  // namespace podd::trust
