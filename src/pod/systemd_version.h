// SPDX-License-Identifier: LGPL-2.1-or-later
// Which systemd is running, found out without asking it: a generator may not.
#pragma once

#include <string_view>

#include "schema/pod_manifest.h"

namespace podd::pod {

/// What podd supports at least; keys that came later are left out.
inline constexpr int kOldestSystemd = 252;

/// The number in the first "libsystemd-shared-257.so" or "libsystemd-core-…" of `text`, 0 without.
int version_in(std::string_view text);

/// Version of the manager: from the library that PID 1 has mapped, which stays right between an
/// upgrade and daemon-reexec; else from the one that is installed; else kOldestSystemd.
int systemd_version();

/// Whether sockets of IPv6 can be made at all.
bool has_ipv6_sockets();
/// Whether sockets of SCTP can be made. To ask loads the kernel's module: only where `manifest` has
/// such ports at loopback addresses is it done; true else.
bool has_sctp_sockets(const schema::PodManifest& manifest);

}  // namespace podd::pod
