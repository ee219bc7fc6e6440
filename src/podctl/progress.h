// SPDX-License-Identifier: LGPL-2.1-or-later
// How far a transfer is: bars on a terminal, lines elsewhere, and the status of the unit that
// podctl is, where it is one. And words about it.
#pragma once

#include <string>
#include <vector>

#include "base/pinned.h"
#include "podctl/progress_text.h"

namespace podd::podctl {

class ProgressLine : private base::Pinned {
public:
    /// `doing` is the word for it where nothing is drawn, "Importing"; said when a unit is at work.
    ProgressLine(const char* doing, const std::string& what, bool quiet);
    ~ProgressLine() { clear(); }

    void show(TransferState state);
    /// The terminal may have another size now.
    void redraw();
    /// A line that stays.
    void say(const std::string& text);
    void clear();

private:
    void draw();
    void tell_manager();

    const char* doing_;
    std::string what_;
    bool quiet_;
    bool draws_;
    TransferState state_;
    std::vector<std::size_t> drawn_;  // columns of each line on the terminal
    std::string status_;
};

}  // namespace podd::podctl
