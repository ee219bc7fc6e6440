// SPDX-License-Identifier: LGPL-2.1-or-later
// A file without a known digest on its way from a web server. Beside it lies a note on which
// version of which URL it is, so that it is gone on with only while the server has the same.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::fetch {

/// Of what version a part is.
struct PartNote {
    std::string url{};
    std::string validator{};  // a strong entity tag or date; empty: nothing may be added later
    std::uint64_t size = 0;   // of the whole; 0: not known
    bool operator==(const PartNote&) const = default;
};

std::string write_part_note(const PartNote& note);
/// Errors: kInvalidArgument.
base::Result<PartNote> read_part_note(std::string_view text);

class PartFile {
public:
    /// `name` in the folder, or "<name>.partial" with "<name>.note". A whole file that is there
    /// already becomes a part again: only the server knows whether it still is the same. A part of
    /// another URL or without a good note is emptied. Errors: kIo.
    static base::Result<PartFile> open(int directory_fd, const std::string& name,
                                       const std::string& url);

    std::uint64_t have() const { return have_; }
    const PartNote& note() const { return note_; }

    /// From the first byte again, of that version. Errors: kIo.
    base::Result<> restart(PartNote note);
    base::Result<> append(std::string_view bytes);
    /// Gives it its name. Errors: kIo.
    base::Result<> finish();

private:
    PartFile(base::UniqueFd directory, std::string name);
    base::Result<> take_existing(const std::string& url);

    base::UniqueFd directory_;
    std::string name_;
    base::UniqueFd file_{};
    PartNote note_{};
    std::uint64_t have_ = 0;
};

}  // namespace podd::fetch
