// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/local_import.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/printable.h"
#include "podctl/progress.h"
#include "podctl/root_folder.h"
#include "podctl/sealed_file.h"
#include "podctl/transfer_watch.h"

namespace podd::podctl {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using Form = LocalImage::Form;

Result<base::UniqueFd> open_image(const LocalImage& image) {
    if (image.path != "-" || image.form != Form::kAny)
        return base::open_path(image.path, O_RDONLY | O_NOCTTY);
    base::UniqueFd copy{::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)};
    if (!copy) return base::errno_error("standard input", errno);
    return copy;
}

Result<bool> is_folder(int fd, Form form) {
    struct stat st{};
    if (::fstat(fd, &st) < 0) return base::errno_error("looking at it", errno);
    const bool found = S_ISDIR(st.st_mode);
    if (form == Form::kAny || (form == Form::kFolder) == found) return found;
    return Error{ErrorCode::kInvalidArgument, form == Form::kFolder
                                                  ? "found no folder, wanted that of an OCI layout"
                                                  : "found a folder, wanted an archive"};
}

// podd reads no files of a folder that is a root file system: whose they are is the caller's
// business.
Result<base::UniqueFd> source_of(const LocalImage& image, const Options& command_line, Word word) {
    auto file = TRY(open_image(image));
    if (!TRY(is_folder(file.get(), image.form))) return file;
    // A signature is of the very file that it was given with: podd says so.
    if (image.form != Form::kAny || !command_line.signature.empty() || holds_images(file.get()))
        return file;
    if (word == Word::kPolicy)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("this is no OCI image layout\nhint: for the folder of a root file "
                                 "system: podctl import --name=NAME {}",
                                 base::shell_word(image.path))};
    if (command_line.name.empty())
        return Error{ErrorCode::kInvalidArgument,
                     "this is no OCI image layout\nhint: the folder of a root file system needs a "
                     "name: give it one by --name="};
    return tar_of_root(file.get(), command_line.quiet);
}

// Without links, as the kernel names what was opened.
Result<std::string> place_of(int fd) {
    std::error_code failed;
    const auto path = std::filesystem::read_symlink(fmt::format("/proc/self/fd/{}", fd), failed);
    if (failed) return base::errno_error("looking where it lies", failed.value());
    return path.string();
}

}  // namespace

Result<> add_signature(BusOptions& options, const std::string& key, const std::string& path) {
    // The verifier takes no larger one.
    constexpr std::size_t kMaxSignatureBytes = std::size_t{64} << 10;
    base::UniqueFd file = TRY_CONTEXT(sealed_copy(path, kMaxSignatureBytes), "signature");
    options.emplace(key, sdbus::Variant{sdbus::UnixFd{file.release(), sdbus::adopt_fd}});
    return {};
}

Result<std::string> import_local(const LocalImage& image, BusOptions options,
                                 const Options& command_line, Word word) {
    const char* verb = word == Word::kPolicy ? "fetch" : "import";
    base::UniqueFd file =
        TRY_CONTEXT(source_of(image, command_line, word), "{} \"{}\"", verb, image.path);
    if (word == Word::kPolicy) {
        const auto place = TRY(place_of(file.get()));
        options.emplace("Place", sdbus::Variant{place});
    }
    if (!image.reference.empty()) {
        // insert_or_assign() is more than a Variant of sdbus-c++ 2 bears.
        options.erase("Reference");
        options.emplace("Reference", sdbus::Variant{image.reference});
    }
    if (image.digest) options.emplace("Digest", sdbus::Variant{image.digest->str()});
    Session session = TRY(Session::open(command_line));
    ProgressLine line{"Importing", image.path, command_line.quiet};
    TransferWatch watch{session, line};
    auto id = TRY_CONTEXT(watch.run([&] {
        return session.manager->ImportImage(sdbus::UnixFd{file.release(), sdbus::adopt_fd}, options,
                                            session.manager->flags());
    }),
                          "{} \"{}\"", verb, image.path);
    line.clear();
    return id;
}

}  // namespace podd::podctl
