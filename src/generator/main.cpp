// SPDX-License-Identifier: LGPL-2.1-or-later
// podd-generator: manifests of declared pods → unit files. Source: systemd.generator(7).
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "generator/output.h"
#include "pod/manifest_files.h"
#include "pod/systemd_version.h"
#include "translate/translate.h"

namespace {

using namespace podd;

constexpr std::string_view kName = "podd-generator";
constexpr const char* kHelp =
    "podd-generator [--root=DIR] NORMAL-DIR [EARLY-DIR LATE-DIR]\n"
    "\n"
    "Makes units of the manifests of declared pods. systemd runs it.\n"
    "\n"
    "Options:\n"
    "  -h --help                    Show this help\n"
    "     --root=DIR                Look for manifests beneath DIR, say on standard error what is "
    "wrong\n"
    "     --version                 Show the version\n"
    "\n"
    "See the podd-generator(8) man page for details.\n";

// The manager waits for every generator, and boot with it.
constexpr unsigned kPatienceSec = 30;

extern "C" void out_of_time(int /*signal*/) {
    static constexpr char kText[] =
        "<3>podd-generator: took more than 30 s and gave up: some pods "
        "have no units. Are there too many manifests?\n";
    int fd = ::open("/dev/kmsg", O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) fd = STDERR_FILENO;
    (void)!::write(fd, kText, sizeof kText - 1);
    ::_exit(EXIT_FAILURE);
}

// Whom to tell: the kernel log is all there is at boot; whoever tries another root sits here.
using Complain = void (*)(std::string_view line);

void to_kernel_log(std::string_view line) {
    base::log_kmsg(base::LogLevel::kError, kName, line);
}

void to_standard_error(std::string_view line) {
    base::log_line(base::LogLevel::kError, line);
}

int generate(const pod::ManifestSearch& search, const std::string& directory, Complain complain) {
    auto scan = pod::scan_manifests(search);
    bool failed = !scan.problems.empty();
    for (const auto& problem : scan.problems)
        complain(problem.str());
    if (scan.manifests.empty()) return failed ? EXIT_FAILURE : EXIT_SUCCESS;

    auto output = generator::Output::open(directory);
    if (!output) {
        complain(output.error().message());
        return EXIT_FAILURE;
    }
    translate::Options options{pod::systemd_version(), {}, pod::has_ipv6_sockets()};
    for (const auto& manifest : scan.manifests) {
        options.sctp = pod::has_sctp_sockets(manifest.pod.manifest);
        const auto units = translate::translate(manifest.pod, options);
        auto done = units ? output->write(*units) : base::Result<>{units.error()};
        if (done) continue;
        complain(fmt::format("{}: {}", manifest.pod.source_path, done.error().message()));
        failed = true;
    }
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

// A directory of that name would be filled, else.
int answer_option(std::string_view option) {
    if (option == "-h" || option == "--help") return std::fputs(kHelp, stdout) < 0 ? 1 : 0;
    if (option == "--version") return std::puts("podd-generator " PODD_VERSION) < 0 ? 1 : 0;
    to_standard_error("that option is not known, or wants a directory; see podd-generator --help");
    return EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr std::string_view kRootOption = "--root=";
    if (argc == 2 && argv[1][0] == '-') return answer_option(argv[1]);
    (void)::umask(0022);
    (void)std::signal(SIGALRM, out_of_time);
    (void)::alarm(kPatienceSec);

    std::vector<std::string> arguments(argv + 1, argv + argc);
    auto search = pod::manifest_search();
    Complain complain = to_kernel_log;
    if (!arguments.empty() && arguments.front().starts_with(kRootOption)) {
        const auto root = arguments.front().substr(kRootOption.size());
        for (auto& directory : search.directories)
            directory.insert(0, root);
        arguments.erase(arguments.begin());
        complain = to_standard_error;
    }
    if (arguments.size() != 1 && arguments.size() != 3) {
        to_standard_error("wanted one directory or three; see podd-generator --help");
        return EXIT_FAILURE;
    }
    // The initrd has no pods of its own. Source: systemd.generator(7), $SYSTEMD_IN_INITRD.
    if (const char* initrd = ::secure_getenv("SYSTEMD_IN_INITRD");
        initrd != nullptr && std::string_view{initrd} == "1")
        return EXIT_SUCCESS;
    return generate(search, arguments.front(), complain);
}
