// SPDX-License-Identifier: LGPL-2.1-or-later
// The "app" object of appc: how one process tree is run. It stands in image manifests and in pod
// manifests.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "schema/names.h"

namespace podd::schema {

/// A label. Source: appc spec 0.8.11, aci.md "labels".
struct Label {
    AcIdentifier name;
    std::string value{};
    bool operator==(const Label&) const = default;
};

/// An annotation. Those podd reads are named in schema/annotations.h.
struct Annotation {
    AcIdentifier name;
    std::string value{};
    bool operator==(const Annotation&) const = default;
};

struct EnvironmentVariable {
    std::string name{};
    std::string value{};
    bool operator==(const EnvironmentVariable&) const = default;
};

struct EventHandler {
    enum class Name : unsigned char { kPreStart, kPostStop };
    Name name;
    std::vector<std::string> exec{};
    bool operator==(const EventHandler&) const = default;
};

struct MountPoint {
    AcName name;
    std::string path{};  // absolute and lexically normal
    bool read_only = false;
    bool operator==(const MountPoint&) const = default;
};

struct Port {
    AcName name;
    std::string protocol{};
    std::uint16_t port = 0;   // 1…65535
    std::uint32_t count = 1;  // port + count - 1 ≤ 65535
    bool socket_activated = false;
    bool operator==(const Port&) const = default;
};

/// Name and value as they stand in the manifest; typed values come from schema/isolators.h.
struct Isolator {
    AcIdentifier name;
    base::Json value;
    bool operator==(const Isolator&) const = default;
};

using StringMap = std::vector<std::pair<std::string, std::string>>;  // in the manifest's order

/// Source: appc spec 0.8.11, aci.md "app".
struct App {
    std::vector<std::string> exec{};
    std::string user{};   // name, number or absolute path
    std::string group{};  // the same
    std::vector<std::uint32_t> supplementary_gids{};
    std::vector<EventHandler> event_handlers{};
    std::string working_directory{};  // absolute, or empty for "/"
    std::vector<EnvironmentVariable> environment{};
    std::vector<MountPoint> mount_points{};
    std::vector<Port> ports{};
    std::vector<Isolator> isolators{};
    StringMap user_annotations{};
    StringMap user_labels{};
    bool operator==(const App&) const = default;
};

/// An "app" object, or a list of labels, that stands alone: not in a manifest. Errors:
/// kInvalidArgument, JSON pointer first.
base::Result<App> app_from_json(const base::Json& json);
base::Json to_json(const App& app);
base::Result<std::vector<Label>> labels_from_json(const base::Json& json);
base::Json to_json(const std::vector<Label>& labels);

}  // namespace podd::schema
