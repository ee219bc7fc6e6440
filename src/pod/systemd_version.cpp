// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod/systemd_version.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <string>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/unique_fd.h"
#include "schema/exposed_port.h"

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
    // Not by /proc/net, which ProcSubset=pid of podd.service hides.
    return ::access("/proc/self/net/if_inet6", F_OK) == 0;
}

bool has_sctp_sockets(const schema::PodManifest& manifest) {
    const auto ports = schema::loopback_ports(manifest);
    const auto is_sctp = [](const auto& one) { return one.protocol == "sctp"; };
    if (std::none_of(ports.begin(), ports.end(), is_sctp)) return true;
    const base::UniqueFd socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_SCTP)};
    return socket || errno != EPROTONOSUPPORT;
}

}  // namespace podd::pod
