// SPDX-License-Identifier: LGPL-2.1-or-later
// register NAME UUID          registers the caller's unit as machine NAME; the leader's pid comes
//                             as a line on standard input
// register --unregister NAME  takes the entry away if its leader is gone or is of the caller's unit
// register --start UNIT       queues the start of a unit that is just ending: a reboot
//
// An error is one line on standard output. Source: org.freedesktop.machine1(5),
// org.freedesktop.systemd1(5).
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <systemd/sd-id128.h>

#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bus.h"

using podd::stage1::BusError;
using podd::stage1::fail;
using podd::stage1::Message;

namespace {

constexpr const char* kService = "org.freedesktop.machine1";
constexpr const char* kManagerPath = "/org/freedesktop/machine1";
constexpr const char* kManager = "org.freedesktop.machine1.Manager";
constexpr const char* kMachine = "org.freedesktop.machine1.Machine";
constexpr const char* kExists = "org.freedesktop.machine1.MachineExists";
constexpr const char* kNoMachine = "org.freedesktop.machine1.NoSuchMachine";
constexpr std::uint64_t kCallTimeoutUsec = 25'000'000;

// Names and ids of the machine that has the name now.
struct Present {
    std::uint32_t leader = 0;
    std::string unit;
};

bool machine_path(sd_bus* bus, const char* name, std::string& path) {
    sd_bus_message* reply = nullptr;
    const int r = sd_bus_call_method(bus, kService, kManagerPath, kManager, "GetMachine", nullptr,
                                     &reply, "s", name);
    const Message owner{reply};
    const char* text = nullptr;
    if (r < 0 || sd_bus_message_read(reply, "o", &text) < 0) return false;
    path = text;
    return true;
}

bool present_machine(sd_bus* bus, const char* name, Present& present) {
    std::string path;
    if (!machine_path(bus, name, path)) return false;
    char* unit = nullptr;
    if (sd_bus_get_property_trivial(bus, kService, path.c_str(), kMachine, "Leader", nullptr, 'u',
                                    &present.leader) < 0)
        return false;
    if (sd_bus_get_property_string(bus, kService, path.c_str(), kMachine, "Unit", nullptr, &unit) >=
        0)
        present.unit = unit;
    std::free(unit);
    return true;
}

bool is_alive(std::uint32_t pid) {
    return pid > 1 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

int unregister(sd_bus* bus, const char* name, BusError& error) {
    const int r = sd_bus_call_method(bus, kService, kManagerPath, kManager, "UnregisterMachine",
                                     &error.error, nullptr, "s", name);
    return r < 0 && error.is(kNoMachine) ? 0 : r;
}

// What `run` says of the pod. Of its interfaces, those are told that lead there from the host.
struct Leader {
    std::uint32_t pid = 0;
    std::vector<std::int32_t> interfaces;  // indices
};

int register_once(sd_bus* bus, const char* name, const sd_id128_t& id, const Leader& leader,
                  BusError& error) {
    sd_bus_message* message = nullptr;
    int r = sd_bus_message_new_method_call(bus, &message, kService, kManagerPath, kManager,
                                           "RegisterMachineWithNetwork");
    const Message owner{message};
    if (r >= 0) r = sd_bus_message_append(message, "s", name);
    if (r >= 0) r = sd_bus_message_append_array(message, 'y', id.bytes, sizeof id.bytes);
    if (r >= 0) r = sd_bus_message_append(message, "ssus", "podd", "container", leader.pid, "");
    if (r >= 0)
        r = sd_bus_message_append_array(message, 'i', leader.interfaces.data(),
                                        leader.interfaces.size() * sizeof(std::int32_t));
    if (r >= 0) r = sd_bus_call(bus, message, kCallTimeoutUsec, &error.error, nullptr);
    return r;
}

int register_machine(sd_bus* bus, const char* name, const sd_id128_t& id, const Leader& leader) {
    BusError first;
    int r = register_once(bus, name, id, leader, first);
    if (r >= 0) return 0;
    if (!first.is(kExists))
        return fail("registering machine \"" + std::string{name} + "\": " + first.message(r));
    // machined keeps an entry as long as a unit of that name is active, also after its leader died.
    Present present;
    if (present_machine(bus, name, present) && is_alive(present.leader))
        return fail("machine \"" + std::string{name} + "\" is already registered by unit " +
                    (present.unit.empty() ? "(unknown)" : present.unit) +
                    "; stop that or give the pod another name");
    BusError second;
    BusError third;
    r = unregister(bus, name, second);
    if (r >= 0) r = register_once(bus, name, id, leader, third);
    if (r < 0)
        return fail("registering machine \"" + std::string{name} + "\" again: " + third.message(r));
    return 0;
}

int remove_machine(sd_bus* bus, const char* name) {
    Present present;
    // A living leader belongs to somebody else: this pod's own is gone when its unit cleans up.
    if (!present_machine(bus, name, present) || is_alive(present.leader)) return 0;
    BusError error;
    const int r = unregister(bus, name, error);
    return r >= 0
               ? 0
               : fail("unregistering machine \"" + std::string{name} + "\": " + error.message(r));
}

// "PID" or "PID INTERFACE INTERFACE …".
bool read_leader(Leader& leader) {
    std::array<char, 1024> line{};
    if (std::fgets(line.data(), line.size(), stdin) == nullptr) return false;
    const char* end = line.data() + std::strlen(line.data());
    auto next = std::from_chars(line.data(), end, leader.pid);
    while (next.ec == std::errc{} && *next.ptr == ' ')
        next = std::from_chars(next.ptr + 1, end, leader.interfaces.emplace_back());
    return next.ec == std::errc{};
}

// The job waits until the unit has ended, and takes the place of the stop that is under way.
int start_unit(sd_bus* bus, const char* unit) {
    BusError error;
    const int r = sd_bus_call_method(bus, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                                     "org.freedesktop.systemd1.Manager", "StartUnit", &error.error,
                                     nullptr, "ss", unit, "replace");
    return r >= 0 ? 0 : fail("starting \"" + std::string{unit} + "\": " + error.message(r));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3)
        return fail("usage: register NAME UUID | register --unregister NAME | --start UNIT");
    const std::string_view verb{argv[1]};
    const bool registering = !verb.starts_with("--");
    sd_id128_t id{};
    if (registering && sd_id128_from_string(argv[2], &id) < 0) return fail("the UUID is none");
    const auto bus = podd::stage1::open_bus();
    if (!bus) return 1;
    if (verb == "--unregister") return remove_machine(bus.get(), argv[2]);
    if (verb == "--start") return start_unit(bus.get(), argv[2]);
    // While the pod is being made: the greetings are over and machined is awake when its leader is
    // there. What goes wrong here goes wrong again below.
    (void)sd_bus_call_method(bus.get(), kService, kManagerPath, "org.freedesktop.DBus.Peer", "Ping",
                             nullptr, nullptr, nullptr);
    Leader leader;
    if (!read_leader(leader)) return 1;  // the pod's start failed; that says why
    return register_machine(bus.get(), argv[1], id, leader);
}
