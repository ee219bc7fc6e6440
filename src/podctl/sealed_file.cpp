// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/sealed_file.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::podctl {

base::Result<base::UniqueFd> sealed_file(std::string_view text) {
    base::UniqueFd fd{::memfd_create("manifest", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (!fd) return base::errno_error("cannot make a memory file", errno);
    TRY(base::write_all(fd.get(), text));
    if (::fcntl(fd.get(), F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) <
        0)
        return base::errno_error("cannot seal a memory file", errno);
    return fd;
}

base::Result<base::UniqueFd> sealed_copy(const std::string& path, std::size_t limit) {
    if (path == "-") return sealed_file(TRY(base::read_all(STDIN_FILENO, limit)));
    return sealed_file(TRY(base::read_file(path, limit)));
}

}  // namespace podd::podctl
