// SPDX-License-Identifier: LGPL-2.1-or-later
// What one member of an image must be like, wherever it comes from.
#pragma once

#include <string>

#include "archive/pack.h"

namespace podd::archive {

class MemberPacker {
public:
    MemberPacker(const PackOptions& options, TarWriter& writer)
        : options_{options}, writer_{writer} {}

    /// Writes the header. `entry.name`, and `entry.link` of a hard link, are member_path()s. False
    /// when the member is left out; else the data of a file follows by TarWriter::write().
    /// Errors do not name the member.
    base::Result<bool> add(TarEntry entry);

    /// That something was left out, for the user; only the first path of each reason is named.
    void leave_out(std::string_view what, const std::string& path);

    Packed finish();

private:
    base::Result<> check(const TarEntry& entry) const;
    std::string member_name(const std::string& path) const;
    void clean_xattrs(TarEntry& entry);

    struct LeftOut {
        std::string what;
        std::string first;
        std::uint64_t count;
    };
    const PackOptions& options_;
    TarWriter& writer_;
    std::uint64_t files_ = 0;
    std::vector<LeftOut> left_out_;
};

}  // namespace podd::archive
