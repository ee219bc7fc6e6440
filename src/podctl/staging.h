// SPDX-License-Identifier: LGPL-2.1-or-later
// A folder that gets its name when it is whole.
#pragma once

#include <string>

#include <sys/types.h>

#include "base/new_file.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::podctl {

class Staging {
public:
    /// An empty folder in the directory, called like `name` but for now otherwise. Errors: kIo,
    /// kDenied.
    static base::Result<Staging> create(int dir_fd, const std::string& name, mode_t mode);
    Staging(Staging&& other) noexcept;
    Staging& operator=(Staging&&) = delete;
    /// Without publish() nothing is left; with it, what had the name before goes.
    ~Staging();

    int fd() const { return fd_.get(); }
    /// Errors: kConflict when the name exists and is not to be replaced; kIo.
    base::Result<> publish(const std::string& name, base::Existing existing);

private:
    Staging(int dir_fd, std::string name) : dir_fd_{dir_fd}, name_{std::move(name)} {}

    int dir_fd_;
    std::string name_;
    base::UniqueFd fd_;
};

}  // namespace podd::podctl
