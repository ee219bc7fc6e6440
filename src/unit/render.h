// SPDX-License-Identifier: LGPL-2.1-or-later
// The two renderers of a unit: text of a unit file, and properties for the bus.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/result.h"
#include "unit/unit.h"

namespace podd::unit {

struct ExecCommand {
    std::string path;
    std::vector<std::string>
        argv;  // argv[0] included; "$" is doubled: the manager expands variables
    bool ignore_failure = false;
    bool operator==(const ExecCommand&) const = default;
};

struct ExitStatuses {
    std::vector<std::int32_t> statuses;
    std::vector<std::int32_t> signals;
    bool operator==(const ExitStatuses&) const = default;
};

struct IoLimit {
    std::string path;
    std::uint64_t per_sec = 0;
    bool operator==(const IoLimit&) const = default;
};

using TextPair = std::pair<std::string, std::string>;

struct Condition {
    std::string type;  // the key in a unit file
    bool trigger = false;
    bool negate = false;
    std::string parameter;
    bool operator==(const Condition&) const = default;
};

/// One value as it goes over the bus. The alternatives are, in their order: s, b, i, t, as, ay,
/// a(sasb), (aiai), a(st), a(ss), a(sbbs), u.
using Value = std::variant<std::string, bool, std::int32_t, std::uint64_t, std::vector<std::string>,
                           std::vector<std::uint8_t>, std::vector<ExecCommand>, ExitStatuses,
                           std::vector<IoLimit>, std::vector<TextPair>, std::vector<Condition>,
                           std::uint32_t>;

/// D-Bus signature of the alternative that `value` holds.
std::string_view signature(const Value& value);

struct Property {
    std::string name;
    Value value;
    bool operator==(const Property&) const = default;
};

/// Value of one setting, checked. Errors: kInvalidArgument with the key in front: it is in no row
/// of the catalog, or its value cannot stand in a unit file (a line break, say). What passes here
/// can be rendered both ways.
base::Result<Property> property(std::string_view section, const Setting& setting);

/// For StartTransientUnit(): each setting's property(), and after the hard value of a LimitX= the
/// soft one as "LimitXSoft"; in the order of the settings; a list key that stands twice comes
/// twice.
base::Result<std::vector<Property>> bus_properties(const Unit& unit);

/// The unit file; `origin` names the writer in its first line. Errors: as property().
base::Result<std::string> file_text(const Unit& unit, std::string_view origin);

}  // namespace podd::unit
