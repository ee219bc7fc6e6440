// SPDX-License-Identifier: LGPL-2.1-or-later
// What a look at the store found: JSON, one object on each line, into a file of whoever asked.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::importer {

/// Kept here until locks are given back: the file is the caller's, and may be slow.
class Findings {
public:
    /// `kind` is "removed", "kept", "left", "differs", "repaired" or "problem"; `object` the
    /// image's id or a file of the store; `text` is for a person.
    void add(std::string_view kind, std::string_view object, std::string_view text);
    /// The same with what to do about it.
    void add(std::string_view kind, std::string_view object, std::string_view text,
             std::string_view advice);
    std::size_t count() const { return count_; }
    base::Result<> write(int fd) const;

private:
    std::string lines_;
    std::size_t count_ = 0;
};

}  // namespace podd::importer
