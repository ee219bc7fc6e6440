// SPDX-License-Identifier: LGPL-2.1-or-later
#include "client/bus_error.h"

namespace podd::client {

using base::ErrorCode;

std::string_view bus_error_name(ErrorCode code) {
    switch (code) {
        case ErrorCode::kInvalidArgument: return "org.podd1.Error.InvalidArgument";
        case ErrorCode::kNotFound: return "org.podd1.Error.NotFound";
        case ErrorCode::kConflict: return "org.podd1.Error.Conflict";
        case ErrorCode::kUntrusted: return "org.podd1.Error.Untrusted";
        case ErrorCode::kCorrupt: return "org.podd1.Error.Corrupt";
        case ErrorCode::kUnsupported: return "org.podd1.Error.Unsupported";
        case ErrorCode::kDenied: return "org.freedesktop.DBus.Error.AccessDenied";
        case ErrorCode::kUnavailable: return "org.podd1.Error.Unavailable";
        case ErrorCode::kIo: return "org.podd1.Error.Io";
        case ErrorCode::kInternal: return "org.podd1.Error.Internal";
    }
    return "org.podd1.Error.Internal";
}

namespace {

struct Entry {
    std::string_view name;
    ErrorCode code;
};

// Sources: org.freedesktop.systemd1(5), org.freedesktop.machine1(5), D-Bus specification "Standard
// Errors" and the polkit reference manual.
constexpr Entry kForeign[] = {
    {"org.freedesktop.systemd1.NoSuchUnit", ErrorCode::kNotFound},
    {"org.freedesktop.systemd1.LoadFailed", ErrorCode::kInvalidArgument},
    {"org.freedesktop.systemd1.BadUnitSetting", ErrorCode::kInvalidArgument},
    {"org.freedesktop.systemd1.UnitExists", ErrorCode::kConflict},
    {"org.freedesktop.systemd1.UnitMasked", ErrorCode::kConflict},
    {"org.freedesktop.systemd1.TransactionIsDestructive", ErrorCode::kConflict},
    {"org.freedesktop.systemd1.ShuttingDown", ErrorCode::kUnavailable},
    {"org.freedesktop.machine1.NoSuchMachine", ErrorCode::kNotFound},
    {"org.freedesktop.machine1.MachineExists", ErrorCode::kConflict},
    {"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired", ErrorCode::kDenied},
    {"org.freedesktop.DBus.Error.AuthFailed", ErrorCode::kDenied},
    {"org.freedesktop.DBus.Error.LimitsExceeded", ErrorCode::kDenied},
    {"org.freedesktop.DBus.Error.InvalidArgs", ErrorCode::kInvalidArgument},
    {"org.freedesktop.DBus.Error.InvalidSignature", ErrorCode::kInvalidArgument},
    {"org.freedesktop.DBus.Error.UnknownMethod", ErrorCode::kUnsupported},
    {"org.freedesktop.DBus.Error.PropertyReadOnly", ErrorCode::kUnsupported},
    {"org.freedesktop.DBus.Error.UnknownObject", ErrorCode::kNotFound},
    {"org.freedesktop.DBus.Error.ServiceUnknown", ErrorCode::kUnavailable},
    {"org.freedesktop.DBus.Error.NameHasNoOwner", ErrorCode::kUnavailable},
    {"org.freedesktop.DBus.Error.NoReply", ErrorCode::kUnavailable},
    {"org.freedesktop.DBus.Error.Timeout", ErrorCode::kUnavailable},
    {"org.freedesktop.DBus.Error.TimedOut", ErrorCode::kUnavailable},
    {"org.freedesktop.DBus.Error.Disconnected", ErrorCode::kUnavailable},
    {"org.freedesktop.DBus.Error.NoServer", ErrorCode::kUnavailable},
    {"org.freedesktop.DBus.Error.FileNotFound", ErrorCode::kUnavailable},
};

constexpr ErrorCode kOwn[] = {
    ErrorCode::kInvalidArgument, ErrorCode::kNotFound,    ErrorCode::kConflict,
    ErrorCode::kUntrusted,       ErrorCode::kCorrupt,     ErrorCode::kUnsupported,
    ErrorCode::kDenied,          ErrorCode::kUnavailable, ErrorCode::kIo,
    ErrorCode::kInternal,
};

}  // namespace

ErrorCode error_code(std::string_view name) {
    for (const ErrorCode code : kOwn)
        if (bus_error_name(code) == name) return code;
    for (const Entry& entry : kForeign)
        if (entry.name == name) return entry.code;
    return ErrorCode::kIo;
}

sdbus::Error to_bus_error(const base::Error& error) {
    return sdbus::Error{ErrorName{std::string{bus_error_name(error.code())}}, error.message()};
}

base::Error from_bus_error(const sdbus::Error& error) {
    const std::string& name = error.getName();
    const std::string& message = error.getMessage();
    return {error_code(name), message.empty() ? name : message};
}

}  // namespace podd::client
