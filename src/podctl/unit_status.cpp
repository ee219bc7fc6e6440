// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/unit_status.h"

#include <fmt/format.h>

#include "base/file.h"
#include "client/bus_path.h"
#include "podctl/manager.h"

namespace podd::podctl {

namespace {
constexpr const char* kSystemd = "org.freedesktop.systemd1";

std::string group_of(const std::map<std::string, sdbus::Variant>& all) {
    return property_or<std::string>(all, "ControlGroup", "");
}

void read_service(UnitStatus& status, const std::map<std::string, sdbus::Variant>& all) {
    status.result = property_or<std::string>(all, "Result", "");
    status.status_text = property_or<std::string>(all, "StatusText", "");
    status.main_pid = property_or<std::uint32_t>(all, "MainPID", 0);
    status.exit_code = property_or<std::int32_t>(all, "ExecMainCode", 0);
    status.exit_status = property_or<std::int32_t>(all, "ExecMainStatus", 0);
    status.memory_bytes = property_or<std::uint64_t>(all, "MemoryCurrent", UINT64_MAX);
    status.tasks = property_or<std::uint64_t>(all, "TasksCurrent", UINT64_MAX);
}

}  // namespace

UnitStatus unit_status(sdbus::IConnection& bus, const std::string& unit) {
    UnitStatus status;
    const std::string path = client::unit_path(unit);
    if (const auto all = properties(bus, kSystemd, path, "org.freedesktop.systemd1.Unit")) {
        status.active_state = property_or<std::string>(*all, "ActiveState", "inactive");
        status.sub_state = property_or<std::string>(*all, "SubState", "dead");
        status.changed_usec = property_or<std::uint64_t>(*all, "StateChangeTimestamp", 0);
    }
    const bool is_slice = unit.ends_with(".slice");
    const auto own = properties(
        bus, kSystemd, path,
        is_slice ? "org.freedesktop.systemd1.Slice" : "org.freedesktop.systemd1.Service");
    if (!own) return status;
    if (!is_slice) read_service(status, *own);
    // A unit without a group of its own would be shown what holds for the host.
    if (const std::string group = group_of(*own); !group.empty())
        status.limits = read_group_limits("/sys/fs/cgroup" + group);
    return status;
}

std::uint32_t machine_leader(sdbus::IConnection& bus, const std::string& machine) {
    static constexpr const char* kService = "org.freedesktop.machine1";
    const auto path = client::guarded([&] {
        sdbus::ObjectPath found;
        client::make_proxy(bus, kService, "/org/freedesktop/machine1")
            ->callMethod("GetMachine")
            .onInterface("org.freedesktop.machine1.Manager")
            .withArguments(machine)
            .storeResultsTo(found);
        return found;
    });
    if (!path) return 0;
    const auto all =
        properties(bus, kService, std::string{*path}, "org.freedesktop.machine1.Machine");
    return all ? property_or<std::uint32_t>(*all, "Leader", 0) : 0;
}

std::string command_name(std::uint32_t pid) {
    static constexpr std::size_t kLongest = 4096;
    auto name = base::read_file(fmt::format("/proc/{}/comm", pid), kLongest);
    if (!name) return {};
    while (name->ends_with('\n'))
        name->pop_back();
    return *name;
}

}  // namespace podd::podctl
