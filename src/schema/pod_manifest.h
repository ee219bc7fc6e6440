// SPDX-License-Identifier: LGPL-2.1-or-later
// PodManifest of appc: text ↔ checked value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "schema/app.h"

namespace podd::schema {

/// How ids of a host volume appear in the pod. podd's own member "idmap" of a host volume.
enum class VolumeIdmap : unsigned char {
    kOwner,    // default: the pod's root is the source's owner, who must not be root
    kForeign,  // all ids of the pod, on disk in systemd's foreign range
    kHost,     // ids are the host's, by the administrator's explicit word
};

/// Whether mounts that come and go beneath the source later do so in the pod. podd's own member
/// "propagation" of a host volume, with the kernel's names.
enum class VolumePropagation : unsigned char {
    kPrivate,  // default: the pod has what is mounted when it starts
    kSlave,    // the host's later mounts are seen in the pod; never the other way round
};

/// Where the files of an empty volume lie. podd's own member "medium" of an empty volume.
enum class VolumeMedium : unsigned char { kDisk, kMemory };

/// Source: appc spec 0.8.11, pods.md "volumes".
struct Volume {
    enum class Kind : unsigned char { kEmpty, kHost };
    AcName name;
    Kind kind = Kind::kEmpty;
    std::optional<bool> read_only{};                 // unset: the mount point decides
    std::string source{};                            // host: absolute
    std::optional<bool> recursive{};                 // host; unset means true
    std::optional<VolumeIdmap> idmap{};              // host
    std::optional<bool> setuid_files{};              // host, idmap "host"; unset means false
    std::optional<VolumePropagation> propagation{};  // host
    std::uint32_t mode = 0755;                       // empty
    std::uint32_t uid = 0;                           // empty
    std::uint32_t gid = 0;                           // empty
    std::optional<VolumeMedium> medium{};            // empty; unset means disk
    std::optional<std::uint64_t> size{};             // bytes, above 0; medium "memory" only
    std::optional<bool> from_image{};                // empty, on disk; unset means false
    bool operator==(const Volume&) const = default;
};

/// Which image an app runs: `id` pins it, `name` and labels find it.
struct ImageReference {
    std::optional<std::string> id{};     // "sha512-<hex>" or "sha256:<hex>"
    std::optional<AcIdentifier> name{};  // at least one of both
    std::vector<Label> labels{};
    bool operator==(const ImageReference&) const = default;
};

struct Mount {
    AcName volume;
    std::string path{};  // absolute and lexically normal
    std::optional<Volume> app_volume{};
    bool operator==(const Mount&) const = default;
};

/// One entry of "apps".
struct RuntimeApp {
    AcName name;
    ImageReference image{};
    std::optional<App> app{};                        // replaces the image's whole app object
    std::optional<std::vector<std::string>> args{};  // in place of the image's default arguments
    bool read_only_root_fs = false;
    std::vector<Mount> mounts{};
    std::vector<Annotation> annotations{};
    bool operator==(const RuntimeApp&) const = default;
};

struct ExposedPort {
    AcName name;
    std::uint16_t host_port = 0;
    std::string host_ip{};  // empty: all addresses; see base::canonical_address()
    std::optional<Port> pod_port{};
    bool operator==(const ExposedPort&) const = default;
};

/// Source: appc spec 0.8.11, pods.md "Pod Manifest Schema".
struct PodManifest {
    std::string ac_version{};
    std::vector<RuntimeApp> apps{};  // at least one
    std::vector<Volume> volumes{};
    std::vector<Isolator> isolators{};
    std::vector<Annotation> annotations{};
    std::vector<ExposedPort> ports{};
    StringMap user_annotations{};
    StringMap user_labels{};

    /// Errors: kInvalidArgument, JSON pointer first.
    static base::Result<PodManifest> parse(std::string_view text);
    static base::Result<PodManifest> from_json(const base::Json& json);
    base::Json to_json() const;
    bool operator==(const PodManifest&) const = default;
};

/// Whether a pod may write there with the host's own ids.
bool is_written_with_host_ids(const Volume& volume);

/// Whether some volume of the pod is written with the host's own ids and may not get files that
/// give others the rights of their owner: setuid, setgid, or with capabilities.
bool keeps_setuid_from_host(const PodManifest& manifest);

/// The value of an annotation; empty optional when it is not there.
std::optional<std::string_view> annotation(const std::vector<Annotation>& annotations,
                                           std::string_view name);

}  // namespace podd::schema
