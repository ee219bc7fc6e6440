// SPDX-License-Identifier: LGPL-2.1-or-later
// limit set POD    gives apps the limits that only their images ask for, as runtime properties of
//                  their units; what the unit says itself, by manifest or drop-in, stays
// limit reset POD  takes them away again, when the pod has ended
//
// An error is one line on standard output. Source: org.freedesktop.systemd1(5),
// SetUnitProperties(); where systemd keeps such properties: systemctl(1), "set-property".
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <unistd.h>

#include "bus.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "program.h"

namespace podd::stage1 {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr const char* kServiceInterface = "org.freedesktop.systemd1.Service";
constexpr std::uint64_t kUnlimited = UINT64_MAX;

// The setting's name, where it is another than the property's.
std::string_view setting_of(std::string_view property) {
    return property == "CPUQuotaPerSecUSec" ? "CPUQuota" : property;
}

Error bus_error(const std::string& what, const BusError& error, int result) {
    return {ErrorCode::kUnavailable, fmt::format("{}: {}", what, error.message(result))};
}

Result<std::string> load_unit(sd_bus* bus, const std::string& unit) {
    BusError error;
    sd_bus_message* reply = nullptr;
    int r = sd_bus_call_method(bus, kService, kPath, kManager, "LoadUnit", &error.error, &reply,
                               "s", unit.c_str());
    const Message owner{reply};
    const char* path = nullptr;
    if (r >= 0) r = sd_bus_message_read(reply, "o", &path);
    if (r < 0) return bus_error(fmt::format("loading \"{}\"", unit), error, r);
    return std::string{path};
}

// The value that the unit has now; of a list of devices, that of the limit's path.
int read_value(sd_bus_message* reply, const plan::LimitPlan& limit, std::uint64_t& value) {
    if (limit.path.empty()) return sd_bus_message_read(reply, "t", &value);
    value = kUnlimited;
    int r = sd_bus_message_enter_container(reply, 'a', "(st)");
    const char* path = nullptr;
    std::uint64_t found = 0;
    while (r >= 0 && (r = sd_bus_message_read(reply, "(st)", &path, &found)) > 0)
        if (limit.path == path) value = found;
    return r;
}

Result<std::uint64_t> present_value(sd_bus* bus, const std::string& path,
                                    const plan::LimitPlan& limit) {
    BusError error;
    sd_bus_message* reply = nullptr;
    int r =
        sd_bus_get_property(bus, kService, path.c_str(), kServiceInterface, limit.property.c_str(),
                            &error.error, &reply, limit.path.empty() ? "t" : "a(st)");
    const Message owner{reply};
    std::uint64_t value = 0;
    if (r >= 0) r = read_value(reply, limit, value);
    if (r < 0) return bus_error(fmt::format("asking for \"{}\"", limit.property), error, r);
    return value;
}

Result<std::uint64_t> default_tasks(sd_bus* bus) {
    BusError error;
    std::uint64_t value = 0;
    const int r = sd_bus_get_property_trivial(bus, kService, kPath, kManager, "DefaultTasksMax",
                                              &error.error, 't', &value);
    if (r < 0) return bus_error("asking for \"DefaultTasksMax\"", error, r);
    return value;
}

// Of settings with a lower bound the default is none at all.
Result<std::uint64_t> default_of(sd_bus* bus, const std::string& property) {
    if (property == "TasksMax") return default_tasks(bus);
    return property == "MemoryLow" || property == "MemoryMin" ? 0 : kUnlimited;
}

using Change = std::pair<const plan::LimitPlan*, std::uint64_t>;

int append(sd_bus_message* message, const Change& change) {
    const auto& [limit, value] = change;
    if (limit->path.empty())
        return sd_bus_message_append(message, "(sv)", limit->property.c_str(), "t", value);
    return sd_bus_message_append(message, "(sv)", limit->property.c_str(), "a(st)", 1,
                                 limit->path.c_str(), value);
}

Result<> set_values(sd_bus* bus, const std::string& unit, const std::vector<Change>& changes) {
    constexpr int kRuntime = 1;
    if (changes.empty()) return {};
    BusError error;
    sd_bus_message* message = nullptr;
    int r = sd_bus_message_new_method_call(bus, &message, kService, kPath, kManager,
                                           "SetUnitProperties");
    const Message owner{message};
    if (r >= 0) r = sd_bus_message_append(message, "sb", unit.c_str(), kRuntime);
    if (r >= 0) r = sd_bus_message_open_container(message, 'a', "(sv)");
    for (const auto& change : changes)
        if (r >= 0) r = append(message, change);
    if (r >= 0) r = sd_bus_message_close_container(message);
    if (r >= 0) r = sd_bus_call(bus, message, 0, &error.error, nullptr);
    if (r < 0) return bus_error(fmt::format("setting limits of \"{}\"", unit), error, r);
    return {};
}

enum class Way : unsigned char { kSet, kReset };

// Those limits whose present value is nobody else's, each with its next one.
Result<std::vector<Change>> changes_of(sd_bus* bus, const plan::AppPlan& app, Way way) {
    const auto path = TRY(load_unit(bus, app.unit));
    std::vector<Change> changes;
    for (const auto& limit : app.limits) {
        auto from = TRY(default_of(bus, limit.property));
        auto to = limit.value;
        if (way == Way::kReset) std::swap(from, to);
        if (TRY(present_value(bus, path, limit)) == from) changes.emplace_back(&limit, to);
    }
    return changes;
}

Result<> set_limits(sd_bus* bus, const plan::AppPlan& app) {
    return set_values(bus, app.unit, TRY(changes_of(bus, app, Way::kSet)));
}

// What is left after that is a file that says the default, and would beat the administrator's
// drop-ins from now on.
Result<> reset_limits(sd_bus* bus, const plan::AppPlan& app) {
    const auto changes = TRY(changes_of(bus, app, Way::kReset));
    TRY(set_values(bus, app.unit, changes));
    for (const char* parent : {"/run/systemd/system.control", "/run/systemd/transient"}) {
        const auto folder = fmt::format("{}/{}.d", parent, app.unit);
        for (const auto& change : changes)
            (void)::unlink(
                fmt::format("{}/50-{}.conf", folder, setting_of(change.first->property)).c_str());
        (void)::rmdir(folder.c_str());
    }
    return {};
}

Result<> limit(sd_bus* bus, const std::string& pod,
               Result<> (*step)(sd_bus*, const plan::AppPlan&)) {
    const auto directory = TRY(plan::open_pod_directory(pod));
    for (const auto& name : TRY(plan::read_pod_plan(directory.get())).apps) {
        const auto app = TRY(plan::read_app_plan(directory.get(), name));
        if (!app.limits.empty()) TRY_CONTEXT(step(bus, app), "app \"{}\"", name);
    }
    return {};
}

}  // namespace

}  // namespace podd::stage1

int main(int argc, char** argv) {
    using namespace podd;
    const std::string_view verb = argc == 3 ? argv[1] : "";
    if (verb != "set" && verb != "reset") return stage1::fail("usage: limit set|reset POD");
    const auto bus = stage1::open_bus();
    if (!bus) return 1;
    const auto done = stage1::limit(bus.get(), argv[2],
                                    verb == "set" ? stage1::set_limits : stage1::reset_limits);
    return done ? 0 : stage1::fail(done.error().message());
}
