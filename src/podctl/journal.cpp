// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/journal.h"

#include <cerrno>
#include <cstdio>

#include <fmt/format.h>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace podd::podctl {

void print_journal(const std::vector<std::string>& units, unsigned lines) {
    std::vector<std::string> words{"journalctl", "--quiet", "--no-pager",
                                   fmt::format("--lines={}", lines)};
    for (const std::string& unit : units)
        words.push_back("--unit=" + unit);
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    (void)std::fflush(stdout);
    pid_t pid = -1;
    if (::posix_spawnp(&pid, "journalctl", nullptr, nullptr, argv.data(), environ) != 0) return;
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

}  // namespace podd::podctl
