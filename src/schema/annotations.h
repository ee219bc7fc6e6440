// SPDX-License-Identifier: LGPL-2.1-or-later
// The annotations that podd reads, and the settings they make. Source: podd.pod(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/name_resolution.h"
#include "schema/networks.h"
#include "schema/pod_manifest.h"
#include "schema/process_limit.h"
#include "schema/pull_policy.h"

namespace podd::schema {

// Pod annotations.
inline constexpr std::string_view kWantedBy =
    "podd.org/wanted-by";  // unit names, blank between them
inline constexpr std::string_view kExitPolicy =
    "podd.org/exit-policy";  // on-failure (default), any, all
inline constexpr std::string_view kHostname = "podd.org/hostname";  // default: the pod's name
inline constexpr std::string_view kDescription = "podd.org/description";
inline constexpr std::string_view kTimezone =
    "podd.org/timezone";  // "local" or a zone's name; default: the image's own
inline constexpr std::string_view kHideProcesses =
    "podd.org/hide-processes";  // "true" or "false" (default)
/// "true": limits that the host cannot put into effect are passed over. Of a pod, for its own and
/// for its apps that do not say; of an app. Default: "false".
inline constexpr std::string_view kBestEffort = "podd.org/best-effort";
/// "true" or "false": whether podd-metadata.service(8) serves the pod. Default: "true" when an
/// app's image is an ACI and the network is the pod's own.
inline constexpr std::string_view kMetadata = "podd.org/metadata";

/// So long without a connection to those of its apps that a proxy stands before, then the pod ends.
inline constexpr std::string_view kIdleStop = "podd.org/idle-stop-sec";

// App annotations, in the pod manifest; where an image says it too, the pod manifest wins.
inline constexpr std::string_view kRestart =
    "podd.org/restart";  // no (default), on-failure, always
inline constexpr std::string_view kRestartSec =
    "podd.org/restart-sec";  // seconds, default 100 ms as systemd
/// After so many restarts the pause has grown from the one to the other; both or none.
inline constexpr std::string_view kRestartSteps = "podd.org/restart-steps";
inline constexpr std::string_view kRestartMaxDelay = "podd.org/restart-max-delay-sec";
/// So many starts within such a time, then it has failed for good. Default: 5 in 10 s, as systemd.
inline constexpr std::string_view kStartLimitBurst = "podd.org/start-limit-burst";
inline constexpr std::string_view kStartLimitInterval = "podd.org/start-limit-interval-sec";
/// Names of apps of the same pod, blank between them: After= and Requires= of their units.
inline constexpr std::string_view kAfter = "podd.org/after";
inline constexpr std::string_view kRequires = "podd.org/requires";
/// "true": runs to its end before every app that is none; several one after the other, in the
/// manifest's order.
inline constexpr std::string_view kInit = "podd.org/init";
inline constexpr std::string_view kStopSignal =
    "podd.org/stop-signal";  // SIGTERM (default); from OCI StopSignal
inline constexpr std::string_view kStopTimeout = "podd.org/stop-timeout-sec";
inline constexpr std::string_view kKillMode =
    "podd.org/kill-mode";  // mixed (default), control-group, process
inline constexpr std::string_view kOomPolicy =
    "podd.org/oom-policy";                                    // stop (default), continue, kill
inline constexpr std::string_view kUmask = "podd.org/umask";  // octal, default 0022
/// "true": the app is PID 1 of a PID namespace of its own. Default: "false", the pod's.
inline constexpr std::string_view kPrivatePids = "podd.org/private-pids";
/// "true": the app knows nothing of socket activation: what comes to its ports with
/// "socketActivated" is handed on by a proxy. Default: "false", it gets the sockets.
inline constexpr std::string_view kSocketProxy = "podd.org/socket-proxy";
/// "podd.org/limit-nofile" and its like: see process_limit().
inline constexpr std::string_view kLimit = "podd.org/limit-";
/// "true": /dev/stdout and /dev/stderr of the app can be opened again, at the price of one small
/// process; "false": they are the journal's sockets. Default: "true" when the image has a /bin/sh.
inline constexpr std::string_view kStdioLinks = "podd.org/stdio-links";
inline constexpr std::string_view kPullPolicy =
    "podd.org/pull-policy";  // never (default), missing, always
inline constexpr std::string_view kPullFrom =
    "podd.org/pull-from";  // docker://…, https://….aci or NAME[:VERSION]
inline constexpr std::string_view kLoadCredential =
    "podd.org/load-credential";  // NAME[:PATH], blank between them
inline constexpr std::string_view kLoadCredentialEncrypted = "podd.org/load-credential-encrypted";
inline constexpr std::string_view kSupportsNotify = "appc.io/executor/supports-systemd-notify";

// Image annotations, set by import.
inline constexpr std::string_view kMakeWorkingDirectory =
    "podd.org/make-working-directory";  // "true": OCI

/// "true": the app's group is what the image's /etc/passwd says of its user, its supplementary
/// groups are those of its /etc/group that list the user; the app's own "group" counts only where
/// passwd does not know the user. Set by import when an OCI image names a user without a group,
/// which appc cannot say otherwise. Counts only while the image's own "app" object is used. Source:
/// OCI image-spec config.md "User".
inline constexpr std::string_view kGroupFromUser = "podd.org/group-from-user";

enum class ExitPolicy : unsigned char { kOnFailure, kAny, kAll };
enum class Restart : unsigned char { kNo, kOnFailure, kAlways };

/// What the pod's annotations ask for, checked.
struct PodSettings {
    std::vector<std::string> wanted_by;   // names of units, shape checked
    Network network = Network::kDefault;  // podd's own
    NetworkAccess network_access{};
    std::string network_path{};                // of Network::kPath
    std::vector<NamedNetwork> named_networks;  // those of plugins beside it
    NameResolution names{};
    ExitPolicy exit_policy = ExitPolicy::kOnFailure;
    std::string hostname;     // empty: the pod's name
    std::string description;  // empty: none
    std::string timezone;     // "local" or the name of a zone; empty: the image's own
    bool best_effort = false;
    bool hide_processes = false;
    std::optional<bool> metadata;  // unset: as the images say
    std::optional<std::uint64_t> idle_stop_usec;
};

/// A secret that systemd loads for the app. Source: systemd.exec(5), "LoadCredential=".
struct Credential {
    std::string name;
    std::string path;  // absolute, or the name of one that the host itself was given
    bool operator==(const Credential&) const = default;
};

struct AppSettings {
    Restart restart = Restart::kNo;
    std::optional<std::uint64_t> restart_usec;
    std::optional<std::uint32_t> restart_steps;  // only together with restart_max_delay_usec
    std::optional<std::uint64_t> restart_max_delay_usec;
    std::optional<std::uint32_t> start_limit_burst;
    std::optional<std::uint64_t> start_limit_interval_usec;
    std::string kill_mode;   // empty: the default
    std::string oom_policy;  // empty: the default
    std::optional<std::uint32_t> umask;
    bool private_pids = false;
    bool socket_proxy = false;
    std::vector<ProcessLimit> limits;
    std::vector<std::string> after;  // names of apps, not yet looked up in the pod
    std::vector<std::string> required;
    bool init = false;
    std::optional<int> stop_signal;
    std::optional<std::uint64_t> stop_timeout_usec;  // not 0; UINT64_MAX: no timeout
    std::optional<bool> supports_notify;             // unset: no
    std::optional<bool> stdio_links;
    std::optional<PullPolicy> pull_policy;
    std::optional<FetchReference> pull_from;
    std::optional<bool> best_effort;  // unset: as the pod
    std::vector<Credential> credentials;
    std::vector<Credential> encrypted_credentials;

    /// Who says where an image comes from wants it fetched when it is not there.
    PullPolicy effective_pull_policy() const {
        return pull_policy.value_or(pull_from ? PullPolicy::kMissing : PullPolicy::kNever);
    }
};

/// Errors: kInvalidArgument; an annotation "podd.org/…" that podd does not know is one, so that no
/// typo is lost. PodManifest::parse() has checked both, so they succeed on what it returned.
base::Result<PodSettings> pod_settings(const PodManifest& manifest);
base::Result<AppSettings> app_settings(const RuntimeApp& app);
/// What an image asks for itself: stop signal, readiness. Unknown annotations of an image are left
/// alone.
base::Result<AppSettings> image_settings(const std::vector<Annotation>& annotations);

}  // namespace podd::schema
