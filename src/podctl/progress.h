// SPDX-License-Identifier: LGPL-2.1-or-later
// How far a transfer is, on one line of a terminal; nothing is drawn elsewhere. And words about it.
#pragma once

#include <cstdint>
#include <string>

#include "base/pinned.h"

namespace podd::podctl {

class ProgressLine : private base::Pinned {
public:
    /// `doing` is the word for it where nothing is drawn: "Importing".
    ProgressLine(const char* doing, const std::string& what, bool quiet);
    ~ProgressLine() { clear(); }

    /// `total` is 0 when it is not known.
    void show(std::uint64_t bytes, std::uint64_t total);
    /// A line that stays.
    void say(const std::string& text);
    void clear();

private:
    std::string what_;
    bool quiet_;
    bool draws_;
    bool drawn_ = false;
};

}  // namespace podd::podctl
