// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image extract, image render: the files of an image in a folder of the caller's.
#include <cerrno>
#include <string>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/json.h"
#include "podctl/manager.h"
#include "podctl/progress.h"
#include "podctl/staging.h"
#include "podctl/transfer_watch.h"
#include "podctl/unpacker.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

using base::Error;
using base::ErrorCode;
using base::Existing;
using base::Result;
using base::UniqueFd;

constexpr const char* kRootfs = "rootfs";
// Files keep their setuid bits, so nobody else comes near them.
constexpr mode_t kClosed = 0700;

struct Place {
    UniqueFd parent;
    std::string name;
};

// Source: rkt's "image extract", which refused "/" as well.
Result<Place> place_of(std::string path) {
    while (path.size() > 1 && path.back() == '/')
        path.pop_back();
    const auto slash = path.rfind('/');
    std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (name.empty() || name == "." || name == "..")
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("\"{}\" is no name for a new folder", path)};
    const std::string above = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    auto parent = TRY(base::open_path(above, O_RDONLY | O_DIRECTORY));
    return Place{std::move(parent), std::move(name)};
}

// Said before anything is fetched from podd. A folder only is replaced, and no mount point.
Result<> check_free(const Place& place, Existing existing) {
    struct statx st{};
    if (::statx(place.parent.get(), place.name.c_str(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
                STATX_TYPE, &st) < 0) {
        if (errno == ENOENT) return {};
        return base::errno_error(fmt::format("looking at \"{}\"", place.name), errno);
    }
    if (existing == Existing::kRefuse)
        return Error{ErrorCode::kConflict,
                     fmt::format("\"{}\" exists\nhint: --overwrite replaces it with all that is in "
                                 "it",
                                 place.name)};
    if (!S_ISDIR(st.stx_mode) || (st.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0)
        return Error{ErrorCode::kConflict,
                     fmt::format("\"{}\" is no plain folder, and so is not replaced", place.name)};
    return {};
}

Result<UniqueFd> make_root(int dir_fd) {
    if (::mkdirat(dir_fd, kRootfs, 0755) < 0) return base::errno_error("making \"rootfs\"", errno);
    UniqueFd root{::openat(dir_fd, kRootfs, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!root) return base::errno_error("opening \"rootfs\"", errno);
    return root;
}

enum class With : bool { kOwnFiles, kDependencies };

// The manifest.
Result<std::string> fill(const Arguments& arguments, With with, int root_fd) {
    // Before this process knows anything that the new one should not have.
    auto unpacker = TRY(Unpacker::start(root_fd));
    Session session = TRY(Session::open(arguments.options));
    ProgressLine line{"Extracting", arguments.words[0], arguments.options.quiet};
    TransferWatch watch{session, line};
    const auto begun = watch.run([&] {
        const sdbus::UnixFd pipe{unpacker.take_input().release(), sdbus::adopt_fd};
        return session.manager->ExtractImage(arguments.words[0], with == With::kDependencies, pipe,
                                             session.manager->flags());
    });
    line.clear();
    auto manifest = unpacker.finish();
    // Whoever was ended by the other has less to say.
    if (!begun && (manifest || begun.error().code() != ErrorCode::kIo))
        return Error{begun.error()}.with_context(fmt::format("image \"{}\"", arguments.words[0]));
    return manifest;
}

Result<int> extract(const Arguments& arguments, With with) {
    const Options& options = arguments.options;
    const auto existing = options.overwrite ? Existing::kReplace : Existing::kRefuse;
    const auto place = TRY(place_of(arguments.words[1]));
    TRY(check_free(place, existing));
    auto staging = TRY(Staging::create(place.parent.get(), place.name, kClosed));
    if (options.rootfs_only) {
        TRY(fill(arguments, with, staging.fd()));
        if (::fchmod(staging.fd(), kClosed) < 0) return base::errno_error("closing it", errno);
    } else {
        const auto root = TRY(make_root(staging.fd()));
        const auto manifest = TRY(base::Json::parse(TRY(fill(arguments, with, root.get()))));
        TRY(base::write_file(staging.fd(), "manifest", manifest.str(2) + "\n", 0644));
    }
    TRY(check_free(place, existing));
    TRY(staging.publish(place.name, existing));
    return kOk;
}

}  // namespace

Result<int> verb_image_extract(const Arguments& arguments) {
    return extract(arguments, With::kOwnFiles);
}

Result<int> verb_image_render(const Arguments& arguments) {
    return extract(arguments, With::kDependencies);
}

}  // namespace podd::podctl
