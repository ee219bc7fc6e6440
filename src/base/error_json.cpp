// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/error_json.h"

#include <array>
#include <utility>

namespace podd::base {

namespace {

constexpr std::array kCodeNames = {
    std::pair{ErrorCode::kInvalidArgument, "InvalidArgument"},
    std::pair{ErrorCode::kNotFound, "NotFound"},
    std::pair{ErrorCode::kConflict, "Conflict"},
    std::pair{ErrorCode::kUntrusted, "Untrusted"},
    std::pair{ErrorCode::kCorrupt, "Corrupt"},
    std::pair{ErrorCode::kUnsupported, "Unsupported"},
    std::pair{ErrorCode::kDenied, "Denied"},
    std::pair{ErrorCode::kUnavailable, "Unavailable"},
    std::pair{ErrorCode::kIo, "Io"},
    std::pair{ErrorCode::kInternal, "Internal"},
};

}  // namespace

std::string_view error_code_name(ErrorCode code) {
    for (const auto& [value, name] : kCodeNames)
        if (value == code) return name;
    return "Internal";
}

Json error_json(const Error& error) {
    Json json;
    json.add("code", error_code_name(error.code()));
    json.add("message", error.message());
    if (error.sys_errno() != 0) json.add("errno", error.sys_errno());
    return json;
}

Error error_value(const Json& json) {
    auto code = ErrorCode::kInternal;
    const Json* name = json.find("code");
    for (const auto& [value, text] : kCodeNames)
        if (name != nullptr && name->as_string() != nullptr && *name->as_string() == text)
            code = value;
    const Json* message = json.find("message");
    const Json* number = json.find("errno");
    const auto saved = number == nullptr ? std::nullopt : number->as_int();
    return Error{code,
                 message != nullptr && message->as_string() != nullptr
                     ? *message->as_string()
                     : std::string{"an error without a message"},
                 saved && *saved > 0 && *saved < 4096 ? static_cast<int>(*saved) : 0};
}

}  // namespace podd::base
