// SPDX-License-Identifier: LGPL-2.1-or-later
// stage0 run: ExecStart= of a pod's sandbox. Prepares the plan and becomes the flavor's `run`.
// stage0 explain: see explain.h.
#include <cerrno>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/journal.h"
#include "base/log.h"
#include "base/message_ids.h"
#include "base/notify.h"
#include "explain.h"
#include "plan/plan.h"
#include "pod/manifest_files.h"
#include "pod/prepare.h"
#include "unit/names.h"

namespace podd {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// systemd.exec(5) prints 78 as CONFIG: what the administrator wrote is wrong, trying again does not
// help.
constexpr int kExitConfig = 78;
constexpr int kExitUsage = 2;

struct Arguments {
    std::string pod;
    bool transient = false;
};

Result<Arguments> parse_arguments(int argc, char** argv) {
    Arguments arguments;
    int at = 1;
    if (at < argc && std::string_view{argv[at]} == "run")
        ++at;
    else
        return Error{ErrorCode::kInvalidArgument, "usage: stage0 run [--transient] POD"};
    if (at < argc && std::string_view{argv[at]} == "--transient") {
        arguments.transient = true;
        ++at;
    }
    if (at + 1 != argc)
        return Error{ErrorCode::kInvalidArgument, "usage: stage0 run [--transient] POD"};
    arguments.pod = argv[at];
    return arguments;
}

Result<translate::Pod> load_pod(const Arguments& arguments) {
    if (!arguments.transient)
        return std::move(TRY(pod::find_manifest(arguments.pod, pod::manifest_search())).pod);
    const auto name = TRY(schema::PodName::parse(arguments.pod));
    const auto text = TRY_CONTEXT(base::read_all(STDIN_FILENO, pod::kManifestMaxBytes),
                                  "reading the manifest from standard input");
    auto manifest = TRY_CONTEXT(schema::PodManifest::parse(text), "transient manifest");
    return translate::Pod{name, std::move(manifest), {}};
}

// Replaces this process. Returns only when that failed.
Error become_run(const std::string& pod, int lock_fd) {
    if (::fcntl(lock_fd, F_SETFD, 0) < 0)
        return base::errno_error("handing on the id range", errno);
    const auto program = fmt::format("{}/nspawn/run", plan::kStage1Dir);
    const auto lock = fmt::format("--uid-lock-fd={}", lock_fd);
    const char* const argv[] = {program.c_str(), pod.c_str(), lock.c_str(), nullptr};
    ::execv(program.c_str(), const_cast<char* const*>(argv));
    return base::errno_error(fmt::format("executing \"{}\"", program), errno);
}

Result<> run(const Arguments& arguments) {
    const auto pod = TRY(load_pod(arguments));
    const auto prepared = TRY(pod::prepare(pod));
    for (const auto& warning : prepared.warnings)
        base::log_line(base::LogLevel::kWarning,
                       fmt::format("pod \"{}\": {}", arguments.pod, warning));
    return become_run(arguments.pod, prepared.range.lock.get());
}

int report(const std::string& pod, const Error& error) {
    const auto line = fmt::format("pod \"{}\": {}", pod, error.message());
    base::log_entry({base::LogLevel::kError,
                     message_id::kPodStartFailed,
                     line,
                     unit::sandbox_name(pod),
                     {{"POD_NAME", pod}}});
    // "systemctl status" shows it even when the journal is not readable for the caller.
    (void)base::notify(fmt::format("STATUS={}", line.substr(0, line.find('\n'))));
    const bool config =
        error.code() == ErrorCode::kInvalidArgument || error.code() == ErrorCode::kNotFound ||
        error.code() == ErrorCode::kUntrusted || error.code() == ErrorCode::kUnsupported;
    return config ? kExitConfig : EXIT_FAILURE;
}

}  // namespace
}  // namespace podd

int main(int argc, char** argv) {
    using namespace podd;
    // Modes of all that is made here are meant as they stand.
    ::umask(0);
    if (argc == 3 && std::string_view{argv[1]} == "explain") {
        stage0::explain(argv[2]);
        return EXIT_SUCCESS;
    }
    const auto arguments = parse_arguments(argc, argv);
    if (!arguments) {
        base::log_line(base::LogLevel::kError, arguments.error().message());
        return kExitUsage;
    }
    if (const auto done = run(*arguments); !done) return report(arguments->pod, done.error());
    return EXIT_SUCCESS;
}
