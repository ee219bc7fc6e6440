// SPDX-License-Identifier: LGPL-2.1-or-later
// /usr/lib/podd/importer: the only program that writes the store, and the only one that lets
// foreign bytes be parsed, in processes without rights.
#include <clocale>
#include <csignal>
#include <cstdio>

#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "importer/care.h"
#include "importer/fetched_import.h"
#include "importer/image_import.h"
#include "importer/image_remove.h"
#include "importer/interrupt.h"
#include "importer/life_cycle.h"
#include "importer/options.h"
#include "importer/report.h"

namespace {

using namespace podd;  // NOLINT(google-build-using-namespace): the program's own rooms

base::Result<> run(const importer::CommandLine& line, importer::Report& report) {
    using importer::Verb;
    // Standard input is the one file that the caller gives, to read from or to write to.
    const importer::Care care{.store = line.store,
                              .run_dir = line.run_dir,
                              .out = STDIN_FILENO,
                              .images = line.ids,
                              .grace_usec = line.grace_usec,
                              .repair = line.repair,
                              .own = line.own};
    if (line.verb == Verb::kImport || line.verb == Verb::kImportFetched) importer::defer_sigterm();
    switch (line.verb) {
        case Verb::kRemove:
            return importer::remove_image(line.ids.front(), line.store, line.run_dir, report);
        case Verb::kCollect: return importer::collect_garbage(care, report);
        case Verb::kVerify: return importer::verify_images(care, report);
        case Verb::kCheck: return importer::check_store(care, report);
        case Verb::kExport: return importer::export_image(care, report);
        case Verb::kExtract: return importer::extract_image(care, report);
        case Verb::kHistory: return importer::image_history(care, report);
        case Verb::kImportFetched: return importer::import_fetched(STDIN_FILENO, line, report);
        case Verb::kManifest: return importer::tell_manifest(STDIN_FILENO, line.folder, report);
        case Verb::kRenew: return importer::renew_image(line, report);
        case Verb::kImport:
        case Verb::kHelp: break;
    }
    return importer::import_image(STDIN_FILENO, line.store, line.run_dir, line.import, report);
}

}  // namespace

int main(int argc, char** argv) {
    // libarchive reads names in pax headers as UTF-8; workers have no files to load a locale from.
    (void)std::setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT(concurrency-mt-unsafe): one thread
    (void)std::signal(SIGPIPE, SIG_IGN);
    (void)::umask(022);
    // OpenSSL looks for its configuration when it is first used, which workers cannot.
    (void)base::hash_hex(base::HashAlgorithm::kSha256, "");

    importer::Report report{STDOUT_FILENO};
    const auto line = importer::parse_command_line(argc, argv);
    if (line && line->verb == importer::Verb::kHelp) {
        (void)std::fputs(importer::kHelp, stdout);
        return 0;
    }
    const auto done = line ? run(*line, report) : base::Result<>{line.error()};
    if (done) return 0;
    if (line &&
        (line->verb == importer::Verb::kImport || line->verb == importer::Verb::kImportFetched))
        importer::tell_import_failed(done.error());
    report.error(done.error());
    return 1;
}
