// SPDX-License-Identifier: LGPL-2.1-or-later
// /usr/lib/podd/fetcher: the only program that talks to registries and web servers. It has no
// rights, writes one folder, and what it brings is parsed and unpacked by others.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/config_file.h"
#include "base/file.h"
#include "base/log.h"
#include "base/socket_message.h"
#include "fetch/image.h"
#include "fetcher/options.h"
#include "fetcher/report.h"
#include "fetcher/tidy.h"

namespace {

using namespace podd;  // NOLINT(google-build-using-namespace): the program's own rooms

std::string machine() {
    utsname name{};
    return ::uname(&name) == 0 ? name.machine : "";
}

std::string credentials_directory() {
    const char* path = std::getenv("CREDENTIALS_DIRECTORY");  // NOLINT(concurrency-mt-unsafe)
    return path == nullptr ? "" : path;
}

base::Result<> fetch_from_web(const fetcher::CommandLine& line, int directory_fd, fetch::Web& web,
                              fetcher::Report& report) {
    if (!line.aci) return report.fetched(TRY(fetch::fetch_keys(line.keys, directory_fd, web)));
    const auto& source = *line.aci;
    const fetch::AciRequest request{.source = source,
                                    .directory_fd = directory_fd,
                                    .machine = machine(),
                                    .signature_url = line.signature_url,
                                    .want_signature = line.want_signature,
                                    .if_none_match = line.if_none_match,
                                    .max_bytes = line.max_bytes};
    const auto fetched =
        TRY(fetch::fetch_aci(request, web, [&](std::uint64_t bytes, std::uint64_t total) {
            report.progress(bytes, total);
        }));
    const auto& reference = source.reference;
    return report.fetched(fetched, reference && reference->name ? reference->name->str() : "");
}

// What podd gives along with the order.
struct Files {
    fetch::StoredBlobs stored;
    base::UniqueFd signatures;
};

base::Result<fetch::StoredBlobs> read_stored(int fd) {
    constexpr std::size_t kMaxListBytes = std::size_t{8} << 20;
    const auto text = TRY_CONTEXT(base::read_all(fd, kMaxListBytes), "reading what is stored");
    return TRY_CONTEXT(fetch::parse_stored_blobs(text), "what is stored");
}

base::Result<Files> receive_files(const fetcher::CommandLine& line) {
    Files files;
    if (!line.files) return files;
    auto message = TRY_CONTEXT(base::receive_message(STDIN_FILENO, 16, 2), "receiving files");
    if (message.fds.size() != (line.signatures ? 2 : 1))
        return base::Error{base::ErrorCode::kInvalidArgument,
                           fmt::format("{} files came over standard input", message.fds.size())};
    files.stored = TRY(read_stored(message.fds.front().get()));
    if (line.signatures) files.signatures = std::move(message.fds.back());
    return files;
}

// Until nobody else is fetching any of the layers.
base::Result<fetch::StoredBlobs> wait_for_others(const std::vector<schema::OciDescriptor>& missing,
                                                 const fetcher::Report& report) {
    TRY(report.wanted(missing));
    auto message = TRY_CONTEXT(base::receive_message(STDIN_FILENO, 16, 1), "waiting for podd");
    if (message.text.empty())
        return base::Error{base::ErrorCode::kUnavailable, "podd has ended or gives no answer"};
    if (message.fds.empty()) return fetch::StoredBlobs{};
    return read_stored(message.fds.front().get());
}

base::Result<> fetch_from_registry(const fetcher::CommandLine& line,
                                   const schema::DockerReference& reference, int directory_fd,
                                   const fetch::Registries& registries,
                                   const fetch::Credentials& credentials, fetcher::Report& report) {
    auto files = TRY(receive_files(line));
    fetch::ImageRequest request{.reference = reference,
                                .layout_fd = directory_fd,
                                .machine = machine(),
                                .need_digest = line.need_digest,
                                .signatures_fd = files.signatures.get(),
                                .known = line.known,
                                .stored = std::move(files.stored)};
    if (line.files)
        request.missing = [&](const auto& missing) { return wait_for_others(missing, report); };
    const auto digest = TRY(fetch::fetch_image(
        request, registries, credentials, [&](const auto& layers) { report.progress(layers); }));
    return report.fetched(reference, digest);
}

base::Result<> run(const fetcher::CommandLine& line, fetcher::Report& report) {
    const auto directory = TRY(base::open_path(line.directory, O_RDONLY | O_DIRECTORY));
    const auto files = TRY(base::read_config_files("registries.d"));
    const auto registries = TRY(fetch::Registries::parse(files));
    const auto credentials = TRY(fetch::read_credentials(credentials_directory()));
    if (line.reference)
        return fetch_from_registry(line, *line.reference, directory.get(), registries, credentials,
                                   report);
    fetch::Web web{registries, credentials, line.plain};
    return fetch_from_web(line, directory.get(), web, report);
}

// What a fetch has to say has been said: standard output is not for this.
int tidy(const std::string& path) {
    const auto work = [&]() -> base::Result<> {
        const auto directory = TRY(base::open_path(path, O_RDONLY | O_DIRECTORY));
        return fetcher::tidy(directory.get(), fetcher::end_of_service());
    };
    const auto done = work();
    if (done) return 0;
    base::log_line(base::LogLevel::kError, done.error().message());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    (void)std::signal(SIGPIPE, SIG_IGN);
    (void)::umask(022);
    const rlimit none{};
    (void)::setrlimit(RLIMIT_CORE, &none);  // it would hold passwords

    fetcher::Report report{STDOUT_FILENO};
    const auto line = fetcher::parse_command_line(argc, argv);
    if (line && line->help) {
        (void)std::fputs(fetcher::kHelp, stdout);
        return 0;
    }
    if (line && line->tidy) return tidy(line->directory);
    const auto done = line ? run(*line, report) : base::Result<>{line.error()};
    if (done) return 0;
    report.error(done.error());
    return 1;
}
