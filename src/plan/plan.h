// SPDX-License-Identifier: LGPL-2.1-or-later
// The pod plan: all that stage1 reads. Fully resolved: absolute paths, numeric ids, filters already
// compiled.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace podd::plan {

inline constexpr int kVersion = 1;

/// Where runtime state lives: <kRunDir>/<pod>/ holds the plan of one pod, 0700.
inline constexpr std::string_view kRunDir = "/run/podd/pods";
inline constexpr std::string_view kPodFile = "pod.json";
inline constexpr std::string_view kManifestFile =
    "manifest.json";  // the manifest the plan was made from
inline constexpr std::string_view kSandboxFile = "sandbox.json";  // written by `run`
/// Isolators that podd or this host leaves without effect: a list of sentences; missing where
/// there is none.
inline constexpr std::string_view kWithoutEffectFile = "without-effect.json";
/// The pod's networks of plugins: network::Attachments; missing where it has none.
inline constexpr std::string_view kNetworksFile = "networks.json";
inline constexpr std::string_view kStage1Dir = "/usr/lib/podd/stage1";
/// Calls the plugins of such networks.
inline constexpr const char* kCniProgram = "/usr/lib/podd/cni";

/// "app-<app>.json"; "app-<app>.bpf" beside it is the seccomp program, an array of struct
/// sock_filter.
std::string app_file(std::string_view app);
/// The app whose plan `file` is; nothing for any other file.
std::optional<std::string_view> app_of_file(std::string_view file);
std::string seccomp_file(std::string_view app);
/// An empty file: the init app of that name has done its work in this run of the pod.
std::string done_file(std::string_view app);

/// Ids on disk: trees, uppers and empty volumes belong to systemd's foreign range.
inline constexpr std::uint32_t kForeignBase = 0x7FFE0000;
inline constexpr std::uint32_t kIdCount = 65536;

/// systemd's DefaultTimeoutStopSec=, for apps that nobody gave a timeout.
inline constexpr std::uint64_t kDefaultStopTimeoutUsec = 90'000'000;

/// What PID 1 of a pod ends with to ask for a reboot. Source: systemd-nspawn@.service has the same.
inline constexpr std::string_view kRebootStatus = "133";

enum class Network : unsigned char { kNone, kDefault, kHost, kDefaultRestricted, kPath };
/// Whether it is the pod's own and has a link to the host.
constexpr bool has_link(Network network) {
    return network == Network::kDefault || network == Network::kDefaultRestricted;
}
/// Whether it is somebody else's, whom the pod meets there.
constexpr bool is_shared(Network network) {
    return network == Network::kHost || network == Network::kPath;
}
/// What is closed to a pod with a link and can be opened, one by one.
enum class NetworkAccess : unsigned char { kPods, kHost, kMetadata };

enum class Metadata : unsigned char {
    kOffered,   // where the metadata service does not run, the pod starts without
    kRequired,  // the manifest asks for it
};

/// A port of the pod that the host's addresses lead to.
struct PortPlan {
    std::string protocol;  // "tcp", "udp" or "sctp"
    std::string host_ip;   // see base::opens_ipv4()
    std::uint16_t host_port = 0;
    std::uint16_t pod_port = 0;
    bool operator==(const PortPlan&) const = default;
};

/// What the pod's link is held to, each way.
struct BandwidthPlan {
    std::uint64_t bytes_per_sec = 0;
    bool best_effort = false;  // the pod starts also where the kernel cannot do it
    bool operator==(const BandwidthPlan&) const = default;
};

/// What /etc/resolv.conf of the apps is made of, where the manifest says so.
struct DnsPlan {
    enum class Source : unsigned char {
        kNetwork,  // what the network says
        kHost,     // the host's file as it is
        kNone,     // no file of podd's: the image's own stays
        kServers,
    };
    Source source = Source::kNetwork;
    std::vector<std::string> servers;  // of Source::kServers: addresses
    std::vector<std::string> search;   // in place of others; empty: as they are
    std::vector<std::string> options;  // likewise
    bool operator==(const DnsPlan&) const = default;
};

/// What /etc/hosts of the apps holds beside the pod's own names; it takes the place of the image's.
struct HostsPlan {
    bool host = false;                                         // the lines of the host's file
    std::vector<std::pair<std::string, std::string>> entries;  // address, names with blanks
    bool operator==(const HostsPlan&) const = default;
};

/// Sockets that systemd listens at for an app: such a name they have in $LISTEN_FDNAMES.
struct SocketPlan {
    std::string name;      // of the port
    std::string protocol;  // "tcp" or "udp"
    std::string host_ip;   // IPv4; empty: all addresses
    std::uint16_t port = 0;
    std::uint32_t count = 1;  // so many ports, one after the other
    bool operator==(const SocketPlan&) const = default;
};

struct PodPlan {
    int version = kVersion;
    std::string name;
    std::string uuid;  // 8-4-4-4-12, lower case
    std::string hostname;
    std::uint32_t uid_base = 0;  // the pod's range on the host: uid_base … uid_base + kIdCount - 1
    Network network = Network::kNone;
    std::string state_dir;  // /var/lib/podd/pods/<uuid>: uppers and empty volumes, removed by `gc`
    std::vector<std::string> apps;  // names, in the manifest's order
    std::string unit;               // of the sandbox: "pod-web.service"
    /// Kernel parameters of the pod's own namespaces: "net.ipv4.ip_forward" and the value.
    std::vector<std::pair<std::string, std::string>> sysctls;
    bool limited = false;                  // some app has limits, see LimitPlan
    std::optional<std::string> localtime;  // of the host: what /etc/localtime of the apps holds
    bool refusals_logged = false;          // some app has refusals_logged
    bool hide_processes = false;           // users see their own in /proc
    std::optional<Metadata> metadata{};    // the metadata service has a record: metadata_record.h
    /// true: users who are not root may listen on all ports of the pod's own network.
    std::optional<bool> low_ports{};
    std::optional<std::vector<PortPlan>> ports{};                // forwarded; none: none
    std::optional<std::vector<NetworkAccess>> network_access{};  // none: nothing
    std::optional<std::string> network_path{};                   // of Network::kPath
    std::optional<bool> named_networks{};                        // true: kNetworksFile says which
    std::optional<BandwidthPlan> bandwidth{};                    // where has_link()
    /// Those that systemd listens at, which starts the pod, and that a proxy hands on.
    std::optional<std::vector<PortPlan>> proxied{};
    std::optional<std::uint64_t> idle_stop_usec{};  // so long without a connection there ends it
    std::optional<DnsPlan> dns{};                   // none: as the network says
    std::optional<HostsPlan> hosts{};               // none: the image's file, or the pod's names
};

/// A limit that only the image asks for; its unit says nothing of it. `property` is a name of
/// org.freedesktop.systemd1(5) with a number that bounds it.
struct LimitPlan {
    std::string property;  // such as "MemoryMax" or "IOReadBandwidthMax"
    std::string path;      // for limits of a block device: something that lies on it; else empty
    std::uint64_t value = 0;
};

/// A directory, file or device of the host, or a directory that podd made for the pod.
struct MountPlan {
    enum class Kind : unsigned char {
        kHost,
        kEmpty,
        kMemory,  // a tmpfs that the apps of the pod share
        kDevice,  // a node of the app's own
    };
    enum class Idmap : unsigned char {
        kForeign,  // on disk in the foreign range
        kOwner,    // the source's owner (owner_uid, owner_gid) is the pod's root, nobody else is
                   // mapped
        kHost,     // ids of the host as they are
    };
    Kind kind = Kind::kHost;
    Idmap idmap = Idmap::kOwner;
    std::string source;  // absolute, on the host; of memory: the name of the volume
    std::string target;  // absolute, in the app's root; made when missing
    bool read_only = false;
    bool recursive = true;
    std::uint32_t owner_uid = 0;  // on the host; of memory and devices: in the pod
    std::uint32_t owner_gid = 0;
    std::optional<std::uint32_t> mode;    // of memory; of a device: with its type, as of mknod(2)
    std::optional<std::uint64_t> size;    // of memory, in bytes
    std::optional<std::uint64_t> device;  // a dev_t
    std::optional<bool> slave;            // true: later mounts of the host are seen
    // What was looked at as the source, of host: its st_dev and st_ino. Nothing else may be
    // mounted.
    std::optional<std::uint64_t> source_device;
    std::optional<std::uint64_t> source_inode;
};

struct AppPlan {
    int version = kVersion;
    std::string name;
    std::string unit;  // "pod-web@nginx.service"
    std::string image_id;
    std::vector<std::string> argv;  // argv[0] is looked up in PATH of `environment` inside the root
    std::vector<std::string> pre_start;  // handlers, likewise; empty: none
    std::vector<std::string> post_stop;
    std::vector<std::pair<std::string, std::string>> environment;
    std::string working_directory;
    bool make_working_directory = false;
    std::uint32_t uid = 0;  // in the pod
    std::uint32_t gid = 0;
    std::vector<std::uint32_t> groups;
    std::vector<std::string> trees;  // absolute paths of "rootfs" folders, lowest first
    bool read_only_root = false;
    std::string upper;               // absolute: folder that holds "upper" and "work"
    std::vector<MountPlan> mounts;   // in the order of their depth
    std::uint64_t capabilities = 0;  // bounding set
    /// What a user who is not root has of them: permitted, effective, inheritable; none: nothing.
    std::optional<std::uint64_t> ambient{};
    bool no_new_privileges = true;
    bool seccomp = true;               // load seccomp_file(name)
    bool refusals_logged = false;      // the kernel logs what that filter refuses
    std::optional<bool> more_calls{};  // true: it lets more through than the default; for status
    bool notify = false;               // the app itself says READY=1
    bool stdio_links = false;          // FIFOs behind /dev/stdout and /dev/stderr, with a drainer
    bool private_pids = false;         // PID 1 of a PID namespace beneath the pod's
    int stop_signal = 15;
    std::uint64_t stop_timeout_usec = kDefaultStopTimeoutUsec;  // UINT64_MAX: none
    std::vector<LimitPlan> limits;
    std::optional<int> oom_score_adj;
    std::string selinux_label;                         // empty: none
    std::string apparmor_profile;                      // empty: none
    std::optional<std::vector<SocketPlan>> sockets{};  // none: none
};

/// What `run` records of the sandbox, so that nobody joins a stranger whose pid was reused.
struct SandboxRecord {
    std::int32_t leader = 0;         // pid of the pod's PID 1 on the host
    std::uint64_t pid_ns_inode = 0;  // inode of its pid namespace
};

base::Json to_json(const PodPlan& plan);
base::Json to_json(const AppPlan& plan);
base::Json to_json(const SandboxRecord& record);
/// Errors: kCorrupt with the member's name: these files are our own. kUnsupported: another version.
base::Result<PodPlan> pod_plan(const base::Json& json);
base::Result<AppPlan> app_plan(const base::Json& json);
base::Result<SandboxRecord> sandbox_record(const base::Json& json);

/// The files of one pod's runtime folder, `dir_fd`. Errors: as above, kNotFound.
base::Result<PodPlan> read_pod_plan(int dir_fd);
base::Result<AppPlan> read_app_plan(int dir_fd, std::string_view app);
base::Result<SandboxRecord> read_sandbox_record(int dir_fd);

}  // namespace podd::plan
