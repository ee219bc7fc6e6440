// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as the program of an app: finding its interpreter must end.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "program_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace podd;
    const base::UniqueFd program{::memfd_create("program", MFD_CLOEXEC)};
    if (!base::write_all(program.get(), {reinterpret_cast<const char*>(data), size})) std::abort();
    plan::AppPlan app;
    app.argv = {base::fd_path(program.get())};
    const auto found = stage1::find_program(app);
    if (found && *found != app.argv.front()) std::abort();
    return 0;
}
