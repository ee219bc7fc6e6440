// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/interrupt.h"

#include <cerrno>
#include <csignal>

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

volatile std::sig_atomic_t was_told = 0;

extern "C" void note_told(int /*signal*/) {
    was_told = 1;
}

}  // namespace

void defer_sigterm() {
    struct sigaction note{};
    note.sa_handler = note_told;
    (void)::sigaction(SIGTERM, &note, nullptr);
    sigset_t term;
    (void)::sigemptyset(&term);
    (void)::sigaddset(&term, SIGTERM);
    (void)::pthread_sigmask(SIG_BLOCK, &term, nullptr);
}

Result<> wait_for_data(std::vector<pollfd>& polls) {
    sigset_t all_but_term;
    (void)::pthread_sigmask(SIG_SETMASK, nullptr, &all_but_term);
    (void)::sigdelset(&all_but_term, SIGTERM);
    const int ready = ::ppoll(polls.data(), polls.size(), nullptr, &all_but_term);
    if (was_told != 0) return Error{ErrorCode::kUnavailable, "the import was cancelled"};
    if (ready < 0 && errno != EINTR) return base::errno_error("waiting for data", errno);
    return {};
}

}  // namespace podd::importer
