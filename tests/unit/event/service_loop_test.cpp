// SPDX-License-Identifier: LGPL-2.1-or-later
#include "event/service_loop.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include <doctest/doctest.h>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace podd;

namespace {

// In a process of its own: signals and the mask of files are the whole process's.
int status_of(int argc, base::Result<> (*serve)()) {
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) ::_exit(event::service_main(argc, "usage: it", serve));
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

template <int Signal>
base::Result<> end_by() {
    const auto loop = TRY(event::ServiceLoop::make());
    // Pending as soon as it is sent: without the loop it would end this process.
    (void)::raise(Signal);
    return loop.run();
}

base::Result<> fail() {
    return base::errno_error("serving", EIO);
}

base::Result<> check_process() {
    const bool is_own = (::umask(0) & 0077U) == 0077U;
    (void)::raise(SIGPIPE);
    if (is_own) return {};
    return base::errno_error("its files are everybody's", EPERM);
}

}  // namespace

TEST_SUITE("event/service_loop") {
    TEST_CASE("SIGTERM and SIGINT end the loop, and the service with success") {
        CHECK(status_of(1, end_by<SIGTERM>) == EXIT_SUCCESS);
        CHECK(status_of(1, end_by<SIGINT>) == EXIT_SUCCESS);
        CHECK(status_of(1, end_by<SIGUSR1>) == -SIGUSR1);
    }

    TEST_CASE("what it makes is its own, and a client that hangs up does not end it") {
        CHECK(status_of(1, check_process) == EXIT_SUCCESS);
    }

    TEST_CASE("a service that fails and one that is called wrongly say so") {
        CHECK(status_of(1, fail) == EXIT_FAILURE);
        CHECK(status_of(2, end_by<SIGTERM>) == 2);
    }

    TEST_CASE("what libsystemd says is an error below zero only") {
        CHECK(event::check("it", 1));
        const auto failed = event::check("it", -ENOENT);
        REQUIRE(!failed);
        CHECK(failed.error().sys_errno() == ENOENT);
    }
}
