// SPDX-License-Identifier: LGPL-2.1-or-later
// Unit names: systemd's escaping, and the names of all units of a pod in one place.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace podd::unit {

/// Longest unit name. Source: systemd, basic/unit-name.h, UNIT_NAME_MAX with its NUL taken off.
inline constexpr std::size_t kNameMax = 255;

/// Any text as part of a unit name: "/" becomes "-", everything but [A-Za-z0-9:_.] becomes \xNN,
/// and so does a leading dot. Source: systemd-escape(1), systemd.unit(5) "String Escaping".
std::string escape(std::string_view text);
/// The way back. Errors: kInvalidArgument for a broken \x sequence.
base::Result<std::string> unescape(std::string_view name);
/// An absolute path: slashes at the ends and doubled ones are dropped first, "/" is "-".
/// Source: systemd-escape(1) --path.
std::string escape_path(std::string_view path);

/// Whether systemd takes `name` as a unit of any kind: its characters, its length, its ending.
/// Source: systemd.unit(5) "Description".
bool is_unit_name(std::string_view name);

/// The pod's cgroup, "machine-web.slice". A dash in a slice's name means nesting, so those of the
/// pod's name are escaped: "machine-my\x2dpod.slice".
std::string slice_name(std::string_view pod);
/// "pod-web.service". Dashes stand as they are: people type this name, and only slices nest.
std::string sandbox_name(std::string_view pod);
/// "pod-web@nginx.service"
std::string app_name(std::string_view pod, std::string_view app);
/// "pod-web@nginx.socket": what systemd listens at for that app.
std::string socket_name(std::string_view pod, std::string_view app);
/// "podd-loopback@web.socket": the host's loopback addresses, for ports that are forwarded. Not
/// "pod-…", as above; its service is shipped.
std::string loopback_name(std::string_view pod);
/// "podd-loopback-sctp@web.socket": the same for SCTP, which a unit can only say of all its
/// sockets.
std::string sctp_loopback_name(std::string_view pod);
/// "podd-proxy@web.socket" and ".service": for apps that know nothing of socket activation.
std::string proxy_socket_name(std::string_view pod);
std::string proxy_name(std::string_view pod);
/// "podd-explain@web.service": says why one of its sockets did not open; shipped.
std::string explain_name(std::string_view pod);
/// What the names of all sockets of a pod match, as glob(7).
std::vector<std::string> socket_patterns(std::string_view pod);
/// "pod-stop@web.target": starting it ends the pod.
std::string stop_name(std::string_view pod);
/// "podd-pull@web.service": fetches the pod's images. Not "pod-…": that would be a pod's own name.
std::string pull_name(std::string_view pod);

/// What sandbox_name() and app_name() put together; `app` is empty for the sandbox.
struct PodUnit {
    std::string pod;
    std::string app;
    bool operator==(const PodUnit&) const = default;
};
/// Empty for every other name. Pod and app are not checked beyond being there.
std::optional<PodUnit> pod_unit(std::string_view name);

}  // namespace podd::unit
