// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/gpg.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "trust/gpgme_loop.h"

namespace podd::trust {

using base::Result;

namespace {

constexpr std::size_t kMaxKeyText = std::size_t{4} << 20;

// Every home is a new one, so neither an agent nor a trust database is of use; what others have
// signed on a key says nothing here and may be any number of bytes.
constexpr std::string_view kSettings =
    "batch\n"
    "no-tty\n"
    "quiet\n"
    "no-autostart\n"
    "disable-dirmngr\n"
    "no-auto-key-locate\n"
    "no-auto-key-retrieve\n"
    "no-random-seed-file\n"
    "no-auto-check-trustdb\n"
    "trust-model always\n"
    "import-options self-sigs-only\n"
    "export-options export-minimal,no-export-attributes\n";

}  // namespace

std::string lower_case(std::string_view fingerprint) {
    std::string text{fingerprint};
    for (char& c : text)
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

StatusLine status_line(std::string_view keyword, std::string_view arguments) {
    StatusLine words{std::string{keyword}};
    while (!arguments.empty()) {
        const auto space = std::min(arguments.find(' '), arguments.size());
        if (space > 0) words.emplace_back(arguments.substr(0, space));
        arguments.remove_prefix(std::min(space + 1, arguments.size()));
    }
    return words;
}

Result<std::unique_ptr<GpgHome>> GpgHome::make(const std::string& parent) {
    auto parent_fd = TRY(base::open_path(parent, O_RDONLY | O_DIRECTORY));
    std::string path = parent + "/podd-keyring-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr)
        return base::errno_error(fmt::format("making a folder in \"{}\"", parent), errno);
    auto name = path.substr(parent.size() + 1);
    std::unique_ptr<GpgHome> home{new GpgHome{std::move(parent_fd), std::move(name), path}};
    TRY(home->write("gpg.conf", kSettings));
    // Where it is missing gpg 2.4 may want a daemon that keeps the keys.
    TRY(home->write("common.conf", "\n"));
    return home;
}

GpgHome::~GpgHome() {
    // Where openat2(2) is not allowed the folder is in the unit's own /tmp, which goes as well.
    (void)base::remove_tree(parent_.get(), name_).has_value();
}

Result<> GpgHome::write(const std::string& name, std::string_view text) const {
    const auto path = fmt::format("{}/{}", path_, name);
    const auto file = TRY(base::open_path(path, O_WRONLY | O_CREAT | O_TRUNC, 0600));
    TRY_CONTEXT(base::write_all(file.get(), text), "\"{}\"", path);
    return {};
}

Result<GpgRun> GpgHome::import(std::string_view text) const {
    const auto gpgme = TRY(Gpgme::make(path_));
    const GpgmeData keys{text};
    return gpgme->finish(gpgme_op_import_start(gpgme->get(), keys.get()));
}

Result<GpgRun> GpgHome::list(const std::string& fingerprint) const {
    const auto gpgme = TRY(Gpgme::make(path_));
    const auto pattern = "0x" + fingerprint;
    return gpgme->finish(gpgme_op_keylist_start(gpgme->get(), pattern.c_str(), 0));
}

Result<GpgRun> GpgHome::armored(const std::string& fingerprint) const {
    const auto gpgme = TRY(Gpgme::make(path_));
    gpgme_set_armor(gpgme->get(), 1);
    GpgmeData text{kMaxKeyText};
    const auto pattern = "0x" + fingerprint;
    auto run =
        TRY(gpgme->finish(gpgme_op_export_start(gpgme->get(), pattern.c_str(), 0, text.get())));
    run.output = text.take_written();
    return run;
}

Result<GpgRun> GpgHome::verify(std::string_view signature, const ReadMore& file) const {
    const auto gpgme = TRY(Gpgme::make(path_));
    const GpgmeData signature_data{signature};
    const GpgmeData file_data{file};
    auto run = TRY(gpgme->finish(
        gpgme_op_verify_start(gpgme->get(), signature_data.get(), file_data.get(), nullptr)));
    run.read_all = file_data.read_all();
    return run;
}

Result<GpgRun> GpgHome::verify_message(std::string_view message, std::size_t limit) const {
    const auto gpgme = TRY(Gpgme::make(path_));
    const GpgmeData message_data{message};
    GpgmeData text{limit};
    auto run = TRY(gpgme->finish(
        gpgme_op_verify_start(gpgme->get(), message_data.get(), nullptr, text.get())));
    run.read_all = message_data.read_all();
    run.output = text.take_written();
    return run;
}

}  // namespace podd::trust
