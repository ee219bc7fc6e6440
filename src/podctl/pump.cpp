// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/pump.h"

#include <cerrno>

#include <unistd.h>

namespace podd::podctl {

namespace {
constexpr std::size_t kBlock = 65536;
bool may_try_again() {
    return errno == EAGAIN || errno == EINTR;
}
}  // namespace

pollfd Pump::wanted() const {
    if (waiting_.empty()) return {from_, POLLIN, 0};
    return {to_, POLLOUT, 0};
}

std::string_view Pump::step(short events) {
    if (ended_ || events == 0) return {};
    if (waiting_.empty()) return read();
    write();
    return {};
}

std::string_view Pump::read() {
    waiting_.resize(kBlock);
    const ssize_t n = ::read(from_, waiting_.data(), waiting_.size());
    waiting_.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
    // Of a terminal whose other end is closed this is EIO. Source: pty(7).
    if (n == 0 || (n < 0 && !may_try_again())) end();
    return waiting_;
}

void Pump::write() {
    const ssize_t n = ::write(to_, waiting_.data(), waiting_.size());
    if (n >= 0)
        waiting_.erase(0, static_cast<std::size_t>(n));
    else if (!may_try_again())
        end();
}

void Pump::end() {
    ended_ = true;
    owned_.reset();
}

}  // namespace podd::podctl
