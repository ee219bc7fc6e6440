// SPDX-License-Identifier: LGPL-2.1-or-later
#include "command_cgroup.h"

#include <cerrno>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "cgroup_path.h"

namespace podd::stage1 {

using base::errno_error;
using base::Result;

namespace {
constexpr std::size_t kMaxEvents = 4096;
constexpr int kRounds = 20;
constexpr int kRoundMsec = 100;
}  // namespace

Result<CommandCgroup> CommandCgroup::make(const std::string& unit_cgroup) {
    auto parent =
        TRY(base::open_path(fmt::format("{}{}", kCgroups, unit_cgroup), O_PATH | O_DIRECTORY));
    std::uint64_t number = 0;
    if (::getrandom(&number, sizeof number, 0) != sizeof number)
        return errno_error("choosing a name", errno);
    auto name = fmt::format("enter-{:016x}", number);
    if (::mkdirat(parent.get(), name.c_str(), 0755) < 0)
        return errno_error("making a cgroup beneath the app's", errno);
    auto cgroup = base::open_at(parent.get(), name, O_RDONLY | O_DIRECTORY);
    if (!cgroup) {
        (void)::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR);
        return std::move(cgroup).error();
    }
    return CommandCgroup{std::move(parent), std::move(name), std::move(*cgroup)};
}

void CommandCgroup::kill() const {
    const auto file = base::open_at(cgroup_.get(), "cgroup.kill", O_WRONLY);
    if (file) (void)base::write_all(file->get(), "1");
}

void CommandCgroup::await_empty() const {
    const auto events = base::open_at(cgroup_.get(), "cgroup.events", O_RDONLY);
    if (!events) return;
    for (int round = 0; round < kRounds; ++round) {
        char text[kMaxEvents];
        const ssize_t n = ::pread(events->get(), text, sizeof text, 0);
        if (n <= 0 || std::string_view{text, static_cast<std::size_t>(n)}.find("populated 0") !=
                          std::string_view::npos)
            return;
        pollfd change{events->get(), POLLPRI, 0};
        (void)::poll(&change, 1, kRoundMsec);
    }
}

void CommandCgroup::forget() {
    cgroup_.reset();
    parent_.reset();
}

void CommandCgroup::end() {
    if (!cgroup_) return;
    kill();
    await_empty();
    cgroup_.reset();
    (void)::unlinkat(parent_.get(), name_.c_str(), AT_REMOVEDIR);
}

CommandCgroup::~CommandCgroup() {
    end();
}

}  // namespace podd::stage1
