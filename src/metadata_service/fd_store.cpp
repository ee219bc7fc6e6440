// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fd_store.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <iterator>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <systemd/sd-daemon.h>

#include <fcntl.h>

namespace podd::metadata_service {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::string_view kSocketName = "registration";  // FileDescriptorName= of the socket

// "<uuid>.<part>" is the name of a descriptor.
struct Part {
    std::string_view name;
    UniqueFd Offer::* fd;
};
constexpr Part kParts[] = {
    {"listener", &Offer::listener}, {"process", &Offer::process}, {"record", &Offer::record}};

void take(PassedFds& passed, std::string_view name, UniqueFd fd) {
    if (name == kSocketName) {
        passed.socket = std::move(fd);
        return;
    }
    const auto dot = name.find('.');
    if (dot == std::string_view::npos) return;
    const auto* part = std::find_if(std::begin(kParts), std::end(kParts), [&](const Part& known) {
        return known.name == name.substr(dot + 1);
    });
    if (part != std::end(kParts))
        passed.offers[std::string{name.substr(0, dot)}].*part->fd = std::move(fd);
}

}  // namespace

Result<PassedFds> passed_fds() {
    char** names = nullptr;
    const int count = ::sd_listen_fds_with_names(1, &names);
    if (count < 0) return base::errno_error("taking the sockets of the service manager", -count);
    PassedFds passed;
    for (int i = 0; i < count; ++i) {
        take(passed, names[i], UniqueFd{SD_LISTEN_FDS_START + i});
        std::free(names[i]);
    }
    std::free(static_cast<void*>(names));
    if (!passed.socket)
        return Error{ErrorCode::kUnavailable,
                     "there is no socket; start podd-metadata.socket, not this program"};
    return passed;
}

Result<> keep(const std::string& uuid, const Offer& offer) {
    for (const auto& part : kParts) {
        const int fd = (offer.*part.fd).get();
        // They say nothing that the manager should look at.
        const auto state = fmt::format("FDSTORE=1\nFDPOLL=0\nFDNAME={}.{}", uuid, part.name);
        const int r = ::sd_pid_notify_with_fds(0, 0, state.c_str(), &fd, 1);
        if (r < 0) return base::errno_error("having the service manager keep a pod", -r);
    }
    return {};
}

void forget(const std::string& uuid) {
    for (const auto& part : kParts)
        (void)::sd_notify(0, fmt::format("FDSTOREREMOVE=1\nFDNAME={}.{}", uuid, part.name).c_str());
}

}  // namespace podd::metadata_service
