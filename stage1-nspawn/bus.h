// SPDX-License-Identifier: LGPL-2.1-or-later
// What the programs have in common that speak to the system bus. They alone link libsystemd.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include <systemd/sd-bus.h>

namespace podd::stage1 {

struct CloseBus {
    void operator()(sd_bus* bus) const { (void)sd_bus_flush_close_unref(bus); }
};
using Bus = std::unique_ptr<sd_bus, CloseBus>;

struct FreeMessage {
    void operator()(sd_bus_message* message) const { (void)sd_bus_message_unref(message); }
};
using Message = std::unique_ptr<sd_bus_message, FreeMessage>;

struct BusError {
    sd_bus_error error = SD_BUS_ERROR_NULL;
    BusError() = default;
    BusError(const BusError&) = delete;
    BusError& operator=(const BusError&) = delete;
    ~BusError() { sd_bus_error_free(&error); }
    bool is(const char* name) const { return sd_bus_error_has_name(&error, name) > 0; }
    /// `result`: what the call returned, for errors that never reached the bus.
    std::string message(int result) const {
        return error.message != nullptr ? error.message : std::generic_category().message(-result);
    }
};

/// The one line that whoever started the program reads; the program's exit status.
inline int fail(const std::string& message) {
    (void)std::fputs(message.c_str(), stdout);
    return 1;
}

/// Empty, and said, when there is no bus.
inline Bus open_bus() {
    sd_bus* raw = nullptr;
    const int r = sd_bus_open_system(&raw);
    Bus bus{raw};
    if (r >= 0) return bus;
    (void)fail("connecting to the system bus: " + std::generic_category().message(-r));
    return {};
}

}  // namespace podd::stage1
