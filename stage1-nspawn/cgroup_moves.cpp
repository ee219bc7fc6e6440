// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cgroup_moves.h"

#include <cstdlib>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "cgroup_path.h"
#include "child.h"

namespace podd::stage1 {

using base::Result;

namespace {

// To where it is already: all that matters is the wait.
Result<> move_self() {
    const auto own = TRY(cgroup_of("self"));
    const auto procs =
        TRY(base::open_path(fmt::format("{}{}/cgroup.procs", kCgroups, own), O_WRONLY));
    return base::write_all(procs.get(), "0");
}

}  // namespace

void prepare_cgroup_moves() {
    // A child of systemd, as the caller may be gone before it.
    if (fork_process(Parent::kMine, nullptr) == 0)
        ::_exit(move_self() ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace podd::stage1
