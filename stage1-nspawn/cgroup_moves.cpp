// SPDX-License-Identifier: LGPL-2.1-or-later
#include "cgroup_moves.h"

#include <cstdlib>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "child.h"

namespace podd::stage1 {

using base::Result;

namespace {

constexpr std::size_t kMaxCgroup = 65536;

// To where it is already: all that matters is the wait.
Result<> move_self() {
    const auto text = TRY(base::read_file("/proc/self/cgroup", kMaxCgroup));
    const auto start = text.rfind("0::/");  // of the unified hierarchy. Source: cgroups(7)
    if (start == std::string::npos) return {};
    const auto path = text.substr(start + 3, text.find('\n', start) - start - 3);
    const auto procs = TRY(base::open_path("/sys/fs/cgroup" + path + "/cgroup.procs", O_WRONLY));
    return base::write_all(procs.get(), "0");
}

}  // namespace

void prepare_cgroup_moves() {
    // A child of systemd, as the caller may be gone before it.
    if (fork_process(Parent::kMine, nullptr) == 0)
        ::_exit(move_self() ? EXIT_SUCCESS : EXIT_FAILURE);
}

}  // namespace podd::stage1
