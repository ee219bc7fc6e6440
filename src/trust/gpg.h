// SPDX-License-Identifier: LGPL-2.1-or-later
// gpg as a program, in a GNUPGHOME of its own. Not by way of gpgme: that of Debian 12 waits for
// ever, and busily, when gpg leaves before it has read a large file.
#pragma once

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

/// One line of --status-file: words, the keyword first. Source: doc/DETAILS of GnuPG.
using StatusLine = std::vector<std::string>;

/// Lines that do not begin with "[GNUPG:] " are passed over.
std::vector<StatusLine> parse_status(std::string_view text);

/// Gives the next bytes like read(2).
using ReadMore = std::function<ssize_t(char* buffer, std::size_t size)>;

struct GpgRun {
    bool success = false;   // its exit status
    bool read_all = false;  // it took everything that `input` gave
    std::vector<StatusLine> status;
    std::string output;
};

class GpgHome : private base::Pinned {
public:
    /// Makes the folder in `parent`, with mode 0700. Errors: kIo.
    static base::Result<std::unique_ptr<GpgHome>> make(const std::string& parent);
    ~GpgHome();

    /// Runs gpg with these arguments, `input` on its standard input. Errors: kUnavailable: gpg is
    /// not there; kIo.
    base::Result<GpgRun> run(const std::vector<std::string>& arguments,
                             const ReadMore& input) const;
    base::Result<GpgRun> run(const std::vector<std::string>& arguments,
                             std::string_view input = {}) const;

    /// Writes a file into the folder; its path.
    base::Result<std::string> write(const std::string& name, std::string_view text) const;

private:
    GpgHome(base::UniqueFd parent, std::string name, std::string path)
        : parent_{std::move(parent)}, name_{std::move(name)}, path_{std::move(path)} {}
    base::UniqueFd parent_;
    std::string name_;
    std::string path_;
};

}  // namespace podd::trust
