// SPDX-License-Identifier: LGPL-2.1-or-later
// What the benchmarks run inside pods and beside them: one static program, so that its own start
// costs next to nothing.
//   probe [now]      print CLOCK_MONOTONIC in ns as the first thing, and end
//   probe stay       the same, then sleep for ever
//   probe at CMD…    print it and become CMD
//   probe time CMD…  run CMD, print its wall time in ns
#include <cstdint>
#include <cstdio>
#include <cstring>

#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace {

std::int64_t now() {
    timespec at{};
    (void)::clock_gettime(CLOCK_MONOTONIC, &at);
    return std::int64_t{at.tv_sec} * 1'000'000'000 + at.tv_nsec;
}

void print(std::int64_t value) {
    char line[32];
    const int length = std::snprintf(line, sizeof line, "%lld\n", static_cast<long long>(value));
    (void)!::write(STDOUT_FILENO, line, static_cast<std::size_t>(length));
}

int time_command(char** argv) {
    const auto start = now();
    const pid_t child = ::fork();
    if (child == 0) {
        ::execvp(argv[0], argv);
        ::_exit(127);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) < 0) return 1;
    print(now() - start);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int main(int argc, char** argv) {
    const auto first = now();
    if (argc > 2 && std::strcmp(argv[1], "time") == 0) return time_command(argv + 2);
    print(first);
    if (argc > 2 && std::strcmp(argv[1], "at") == 0) {
        ::execvp(argv[2], argv + 2);
        return 127;
    }
    if (argc > 1 && std::strcmp(argv[1], "stay") == 0)
        for (;;)
            (void)::pause();
    return 0;
}
