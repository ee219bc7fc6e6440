// SPDX-License-Identifier: LGPL-2.1-or-later
// Isolators as typed values. Source: appc spec 0.8.11, ace.md "Isolators".
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "schema/app.h"

namespace podd::schema {

/// A quantity in nano-units, so that "0.5m" of a core and "9Ei" bytes both are exact. Never
/// negative.
class Quantity {
public:
    /// Source: reference grammar of Kubernetes quantities, appc spec ace.md "Resource isolators".
    static base::Result<Quantity> parse(std::string_view text);
    std::uint64_t value() const;        // rounded up to whole units, saturating
    std::uint64_t milli_value() const;  // rounded up to thousandths, saturating
    std::string str() const;            // canonical text
    /// By value: "128974848", "125952Ki" and "123Mi" are equal.
    bool operator==(const Quantity& other) const { return nano_ == other.nano_; }
    auto operator<=>(const Quantity& other) const { return nano_ <=> other.nano_; }

private:
    unsigned __int128 nano_ = 0;  // saturates at the type's end: 3.4e29 units
    bool binary_ = false;         // str() uses Ki, Mi, … again
};

struct ResourceIsolator {
    enum class Kind : unsigned char {
        kCpu,
        kMemory,
        kBlockBandwidth,
        kBlockIops,
        kNetworkBandwidth
    };
    Kind kind;
    std::optional<Quantity> request{};  // at most `limit`: more is clamped; cpu and memory only
    std::optional<Quantity> limit{};
};
struct CapabilitiesIsolator {
    bool retain;  // else remove
    std::vector<std::string> set{};
};
struct SeccompIsolator {
    bool retain;  // else remove
    std::vector<std::string> set{};
    std::string errno_name{};  // empty: SIGSYS
};
struct NoNewPrivilegesIsolator {
    bool value;
};
struct SelinuxIsolator {
    std::string user{}, role{}, type{}, level{};
};
/// "user:role:type:level"
std::string selinux_label(const SelinuxIsolator& isolator);
struct ApparmorIsolator {
    std::string profile{};
};
struct OomScoreAdjIsolator {
    int value;
};
struct CpuSharesIsolator {
    std::uint32_t value;
};
struct SysctlIsolator {
    StringMap values{};
};
/// A setting of systemd.resource-control(5) that appc has no isolator for. Source: podd.pod(5).
struct UnitIsolator {
    std::string_view key;  // "TasksMax"
    std::string value{};   // as it stands in a unit: bytes, a weight, "0-3,7"
};
/// A name that podd does not know: kept, reported as ignored. None that begins with "podd.org/".
struct UnknownIsolator {};

using IsolatorValue =
    std::variant<ResourceIsolator, CapabilitiesIsolator, SeccompIsolator, NoNewPrivilegesIsolator,
                 SelinuxIsolator, ApparmorIsolator, OomScoreAdjIsolator, CpuSharesIsolator,
                 SysctlIsolator, UnitIsolator, UnknownIsolator>;

/// The typed value of one isolator. Manifests are checked with it while they are parsed, so it
/// cannot fail later.
base::Result<IsolatorValue> isolator_value(const Isolator& isolator);

}  // namespace podd::schema
