// SPDX-License-Identifier: LGPL-2.1-or-later
// One mount that every app of a pod gets: the first takes the original, the others take copies.
#pragma once

#include "base/result.h"
#include "base/unique_fd.h"
#include "mount_api.h"

namespace podd::stage1 {

class SharedMount {
public:
    explicit SharedMount(base::UniqueFd detached) : mount_{std::move(detached)} {}

    int fd() const { return mount_.get(); }

    base::Result<> place(int target_fd) {
        if (!placed_) {
            placed_ = true;
            return attach(mount_.get(), target_fd);
        }
        const auto copy = TRY(clone_mount(mount_.get(), "", Recursive::kYes));
        return attach(copy.get(), target_fd);
    }

private:
    base::UniqueFd mount_;
    bool placed_ = false;
};

}  // namespace podd::stage1
