// SPDX-License-Identifier: LGPL-2.1-or-later
// A process that unpacks what comes through a pipe: with the rights of the caller at most, and of
// root's only those over files.
#pragma once

#include <string>

#include <sys/types.h>

#include "base/pinned.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::podctl {

class Unpacker {
public:
    /// Fills the empty folder with what is beneath "rootfs" in an ACI. Root's folder gets the
    /// owners that are in it; in anybody else's all files are the caller's, without setuid bits.
    static base::Result<Unpacker> start(int root_fd);
    Unpacker(Unpacker&& other) noexcept;
    Unpacker& operator=(Unpacker&&) = delete;
    ~Unpacker();  // kills and reaps

    /// Where the ACI is to be written to; once.
    base::UniqueFd take_input() { return std::move(input_); }
    /// Waits for the end: the ACI's manifest. Errors: those of archive::unpack().
    base::Result<std::string> finish();

private:
    Unpacker() = default;

    pid_t pid_ = -1;
    base::UniqueFd input_;
    base::UniqueFd result_;
};

}  // namespace podd::podctl
