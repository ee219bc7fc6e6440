// SPDX-License-Identifier: LGPL-2.1-or-later
// /usr/lib/podd/verifier: the one program that parses keys and signatures. It runs in a unit of its
// own, as a user without rights, without a network; what it says is one line of JSON.
#include <clocale>
#include <csignal>
#include <cstdio>
#include <string_view>

#include <unistd.h>

#include "base/error_json.h"
#include "base/file.h"
#include "verifier/commands.h"

namespace {

using namespace podd;  // NOLINT(google-build-using-namespace): the program's own rooms

constexpr const char* kHelp =
    "verifier inspect < KEYFILE\n"
    "verifier check KEYFILE... < SOCKET\n"
    "verifier signatures docker://NAME KEYFILE... < FILE\n"
    "verifier inspect-fetched < FOLDER\n"
    "verifier check-fetched KEYFILE... < FOLDER\n"
    "\n"
    "Tells what keys are in a file, whether a file is signed by one of some keys, or an\n"
    "image of a registry. podd runs it; a file and its signature come over the socket, or\n"
    "are what the fetcher has left in a folder; what it has found of an image's signatures\n"
    "comes in a file. Says what it finds as a line of JSON.\n";

base::Result<base::Json> run(int argc, char** argv) {
    const std::string_view command = argv[1];
    if (command == "inspect" && argc == 2) return verifier::inspect(STDIN_FILENO);
    if (command == "check") return verifier::check(STDIN_FILENO, {argv + 2, argv + argc});
    if (command == "signatures" && argc >= 3)
        return verifier::signatures(STDIN_FILENO, argv[2], {argv + 3, argv + argc});
    if (command == "inspect-fetched" && argc == 2) return verifier::inspect_fetched(STDIN_FILENO);
    if (command == "check-fetched")
        return verifier::check_fetched(STDIN_FILENO, {argv + 2, argv + argc});
    return base::Error{base::ErrorCode::kInvalidArgument, "not understood: see --help"};
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view first = argc > 1 ? argv[1] : "--help";
    if (first == "--help" || first == "-h") return std::fputs(kHelp, stdout) < 0 ? 1 : 0;
    (void)std::setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT(concurrency-mt-unsafe): one thread
    (void)std::signal(SIGPIPE, SIG_IGN);        // gpg need not read all that it is given
    const auto done = run(argc, argv);
    base::Json line;
    if (done)
        line = *done;
    else
        line.add("error", base::error_json(done.error()));
    const auto said = base::write_all(STDOUT_FILENO, line.str() + "\n");
    return done && said ? 0 : 1;
}
