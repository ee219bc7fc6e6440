// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetcher/tidy.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"

namespace podd::fetcher {

using base::Result;

namespace {

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread
    return value == nullptr ? "" : value;
}

// Notes and signatures are fetched again anyhow.
bool is_part(std::string_view name, const struct stat& st) {
    return S_ISREG(st.st_mode) && st.st_size > 0 && !name.ends_with(".note") &&
           !name.ends_with(".asc");
}

Result<bool> has_part(int directory_fd) {
    for (const auto& name : TRY(base::list_dir(directory_fd))) {
        struct stat st{};
        if (::fstatat(directory_fd, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
            return base::errno_error("looking at what a fetch has left", errno);
        if (is_part(name, st)) return true;
        if (!S_ISDIR(st.st_mode)) continue;
        const auto below = TRY(base::open_at(directory_fd, name, O_RDONLY | O_DIRECTORY, 0,
                                             base::Resolve::kNoSymlinks));
        if (TRY(has_part(below.get()))) return true;
    }
    return false;
}

}  // namespace

// podd cancels by SIGINT; the service manager stops what depends on podd by SIGTERM.
End end_of_service() {
    const auto status = variable("EXIT_STATUS");
    if (variable("SERVICE_RESULT") != "success") return End::kCut;
    if (variable("EXIT_CODE") == "exited" && status == "0") return End::kDone;
    return status == "TERM" ? End::kStopped : End::kCut;
}

Result<> tidy(int directory_fd, End end) {
    if (end == End::kDone) return {};
    if (end == End::kCut && TRY(has_part(directory_fd))) return {};
    for (const auto& name : TRY(base::list_dir(directory_fd)))
        TRY(base::remove_tree(directory_fd, name));
    return {};
}

}  // namespace podd::fetcher
