// SPDX-License-Identifier: LGPL-2.1-or-later
// The interfaces that a pod gets from plugins of CNI, and what those are told about them; values ↔
// JSON, pure. Source: CNI specification, sections 2 and 3.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "network/cni_network.h"

namespace podd::network {

/// One interface of a pod.
struct Attachment {
    CniNetwork network;
    std::string interface;  // in the pod: "eth0"
    std::vector<std::pair<std::string, std::string>>
        arguments;                       // of the manifest: "IP" and its value
    base::Json capabilities;             // an object: what plugins get that ask for it
    std::optional<base::Json> result{};  // of the last plugin that was called for it
    bool operator==(const Attachment&) const = default;
};

/// All of one run of a pod. It is written before the first plugin is called, and stays on disk as
/// long as one of them may hold something, an address say.
struct Attachments {
    std::string pod;
    std::string uuid;  // of the run; for plugins, the container's id
    std::string boot;  // id of the boot in which plugins were called last
    std::vector<Attachment> list;
    bool operator==(const Attachments&) const = default;
};

/// Where they lie on disk: <parent>/<folder>/<cni_record_file(uuid)>.
inline constexpr const char* kCniRecordParent = "/var/lib/podd";
inline constexpr const char* kCniRecordFolder = "networks";
inline constexpr std::string_view kCniRecordEnding = ".json";
inline constexpr std::size_t kMaxCniRecord = std::size_t{4} * 1024 * 1024;
std::string cni_record_file(const std::string& uuid);

base::Json to_json(const Attachments& attachments);
/// Errors: kCorrupt: these are our own.
base::Result<Attachments> parse_attachments(std::string_view text);

enum class CniCommand : unsigned char { kAdd, kDel, kCheck };
std::string_view name_of(CniCommand command);

/// What plugin number `plugin` reads: its own configuration, `previous` being the result of another
/// (null: none).
base::Json plugin_request(const Attachment& attachment, std::size_t plugin,
                          const base::Json* previous);
/// Its whole environment. `netns`: path of the pod's network namespace; empty: it is gone.
std::vector<std::string> plugin_environment(CniCommand command, const Attachments& attachments,
                                            const Attachment& attachment, const std::string& netns,
                                            const std::vector<std::string>& folders);

}  // namespace podd::network
