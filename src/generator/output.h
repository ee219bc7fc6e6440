// SPDX-License-Identifier: LGPL-2.1-or-later
// The directory that systemd gives a generator to fill.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/unique_fd.h"
#include "unit/unit.h"

namespace podd::generator {

class Output {
public:
    static base::Result<Output> open(const std::string& path);

    /// Writes the files and the links of one pod: all of them or, after an error, none.
    base::Result<> write(const std::vector<unit::Unit>& units);

private:
    Output(base::UniqueFd dir, std::string temporary)
        : dir_{std::move(dir)}, temporary_{std::move(temporary)} {}
    base::Result<> write_unit(const std::string& name, const std::string& text);
    base::Result<std::string> link_unit(const std::string& by, const std::string& name);

    base::UniqueFd dir_;
    std::string temporary_;          // name of the file that is being written
    std::set<std::string> folders_;  // "*.wants", made already
};

}  // namespace podd::generator
