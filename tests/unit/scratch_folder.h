// SPDX-License-Identifier: LGPL-2.1-or-later
// A folder for one test case.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

#include <doctest/doctest.h>

#include <fcntl.h>

#include "base/file.h"

namespace podd::test {

/// A new folder beneath /tmp. It goes with all that is in it.
class ScratchFolder {
public:
    ScratchFolder() {
        REQUIRE(::mkdtemp(path_.data()) != nullptr);
        fd_ = base::open_path(path_, O_RDONLY | O_DIRECTORY).value();
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }

    int fd() const { return fd_.get(); }
    const std::string& path() const { return path_; }
    std::string path(const std::string& name) const { return path_ + "/" + name; }
    /// Of a file in it, of at most 1000 bytes; "no file" when it cannot be read.
    std::string text(const std::string& name) const {
        const auto text = base::read_file(fd(), name, 1000);
        return text ? *text : "no file";
    }

private:
    std::string path_ = "/tmp/podd-test-XXXXXX";
    base::UniqueFd fd_;
};

}  // namespace podd::test
