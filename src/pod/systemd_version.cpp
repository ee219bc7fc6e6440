// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/systemd_version.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::pod {

namespace {

// The maps of PID 1 are some ten KiB; this is far beyond and still bounded.
constexpr std::size_t kMapsMaxBytes = std::size_t{1} * 1024 * 1024;

// Where distributions keep the manager's private libraries.
constexpr const char* kLibraryDirs[] = {
    "/usr/lib/systemd", "/usr/lib64/systemd", "/usr/lib/x86_64-linux-gnu/systemd",
    "/usr/lib/aarch64-linux-gnu/systemd", "/usr/lib/riscv64-linux-gnu/systemd"};

int installed_version() {
    int newest = 0;
    for (const auto* path : kLibraryDirs) {
        const auto dir = base::open_path(path, O_RDONLY | O_DIRECTORY);
        if (!dir) continue;
        const auto names = base::list_dir(dir->get());
        if (!names) continue;
        for (const auto& name : *names)
            newest = std::max(newest, version_in(name));
    }
    return newest;
}

}  // namespace

int version_in(std::string_view text) {
    for (const std::string_view library : {"libsystemd-shared-", "libsystemd-core-"}) {
        const auto at = text.find(library);
        if (at == std::string_view::npos) continue;
        const auto digits = text.substr(at + library.size());
        int version = 0;
        const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), version);
        if (result.ec == std::errc{}) return version;
    }
    return 0;
}

int systemd_version() {
    int version = 0;
    if (const auto maps = base::read_file("/proc/1/maps", kMapsMaxBytes))
        version = version_in(*maps);
    if (version == 0) version = installed_version();
    return std::max(version, kOldestSystemd);
}

bool has_ipv6_sockets() {
    return ::access("/proc/net/if_inet6", F_OK) == 0;
}

}  // namespace podd::pod
