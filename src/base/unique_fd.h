// SPDX-License-Identifier: LGPL-2.1-or-later
// Sole owner of one file descriptor.
#pragma once

#include <utility>

namespace podd::base {

class [[nodiscard]] UniqueFd {
public:
    UniqueFd() = default;
    explicit UniqueFd(int fd) : fd_{fd} {}  // takes ownership
    UniqueFd(UniqueFd&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    UniqueFd& operator=(UniqueFd&& other) noexcept {
        if (this != &other) reset(std::exchange(other.fd_, -1));
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    ~UniqueFd() { reset(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    [[nodiscard]] int release() { return std::exchange(fd_, -1); }
    void reset(int fd = -1) noexcept;  // keeps errno; EBADF aborts: a double close is a bug

private:
    int fd_ = -1;
};

}  // namespace podd::base
