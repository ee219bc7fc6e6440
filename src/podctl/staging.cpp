// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/staging.h"

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"

namespace podd::podctl {

using base::Existing;
using base::Result;
using base::UniqueFd;

Result<Staging> Staging::create(int dir_fd, const std::string& name, mode_t mode) {
    auto temporary = TRY(base::temporary_name(name));
    if (::mkdirat(dir_fd, temporary.c_str(), mode) < 0)
        return base::errno_error(fmt::format("making folder \"{}\"", temporary), errno);
    Staging staging{dir_fd, std::move(temporary)};
    staging.fd_ = UniqueFd{
        ::openat(dir_fd, staging.name_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!staging.fd_) return base::errno_error("opening the new folder", errno);
    return staging;
}

Staging::Staging(Staging&& other) noexcept
    : dir_fd_{other.dir_fd_}, name_{std::exchange(other.name_, {})}, fd_{std::move(other.fd_)} {}

Staging::~Staging() {
    if (!name_.empty()) (void)base::remove_tree(dir_fd_, name_);
}

Result<> Staging::publish(const std::string& name, Existing existing) {
    // What was there before goes with the temporary name.
    if (existing == Existing::kReplace &&
        ::renameat2(dir_fd_, name_.c_str(), dir_fd_, name.c_str(), RENAME_EXCHANGE) == 0)
        return {};
    TRY(base::rename_into_place(dir_fd_, name_, dir_fd_, name, Existing::kRefuse));
    name_.clear();
    return {};
}

}  // namespace podd::podctl
