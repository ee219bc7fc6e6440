// SPDX-License-Identifier: LGPL-2.1-or-later
// The directory that systemd gives a generator to fill.
#pragma once

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
    explicit Output(base::UniqueFd dir) : dir_{std::move(dir)} {}
    base::UniqueFd dir_;
};

}  // namespace podd::generator
