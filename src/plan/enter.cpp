// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/enter.h"

#include <algorithm>
#include <csignal>
#include <limits>

#include "base/json.h"
#include "base/printable.h"

namespace podd::plan {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

constexpr std::size_t kMaxTerminalType = 64;
constexpr base::JsonLimits kLimits{kMaxEnterMessage, 4, 32};
constexpr std::string_view kEvents[] = {"started", "exited", "killed", "failed"};

Error malformed(std::string_view what) {
    return {ErrorCode::kInvalidArgument, fmt::format("a message without a proper \"{}\"", what)};
}

Result<std::int64_t> number(const Json& json, std::string_view name, std::int64_t least,
                            std::int64_t most) {
    const auto* member = json.find(name);
    const auto value = member == nullptr ? std::nullopt : member->as_int();
    if (!value || *value < least || *value > most) return malformed(name);
    return *value;
}

// It becomes a variable of the app's environment; names of terminfo are made of these.
bool is_terminal_type(std::string_view type) {
    return !type.empty() && type.size() <= kMaxTerminalType &&
           std::all_of(type.begin(), type.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                      std::string_view{"+-._"}.find(c) != std::string_view::npos;
           });
}

Result<TerminalRequest> terminal_request(const Json& json) {
    constexpr std::int64_t kMost = std::numeric_limits<std::uint16_t>::max();
    TerminalRequest terminal;
    const auto* type = json.find("type");
    if (type == nullptr || type->as_string() == nullptr || !is_terminal_type(*type->as_string()))
        return malformed("type");
    terminal.type = *type->as_string();
    terminal.rows = static_cast<std::uint16_t>(TRY(number(json, "rows", 0, kMost)));
    terminal.columns = static_cast<std::uint16_t>(TRY(number(json, "columns", 0, kMost)));
    return terminal;
}

// Cut, with room for escapes, and UTF-8 afterwards whatever it was.
std::string fitting(std::string_view message) {
    message = message.substr(0, kMaxEnterMessage / 8);
    std::string lines;
    for (;;) {
        const auto end = std::min(message.find('\n'), message.size());
        lines += base::printable(message.substr(0, end));
        if (end == message.size()) return lines;
        lines += '\n';
        message.remove_prefix(end + 1);
    }
}

}  // namespace

std::string to_text(const EnterRequest& request) {
    Json json{Json::Object{}};
    if (request.terminal) {
        Json terminal;
        terminal.add("type", is_terminal_type(request.terminal->type) ? request.terminal->type
                                                                      : std::string{"dumb"});
        terminal.add("rows", int{request.terminal->rows});
        terminal.add("columns", int{request.terminal->columns});
        json.add("terminal", std::move(terminal));
    }
    return json.str();
}

std::string to_text(const EnterEvent& event) {
    Json json;
    json.add("event", kEvents[static_cast<std::size_t>(event.kind)]);
    json.add("value", event.value);
    json.add("message", fitting(event.message));
    return json.str();
}

std::string signal_text(int signal) {
    Json json;
    json.add("signal", signal);
    return json.str();
}

Result<EnterRequest> enter_request(std::string_view text) {
    const auto json = TRY(Json::parse(text, kLimits));
    if (json.as_object() == nullptr) return malformed("terminal");
    EnterRequest request;
    if (const auto* terminal = json.find("terminal"))
        request.terminal = TRY(terminal_request(*terminal));
    return request;
}

Result<EnterEvent> enter_event(std::string_view text) {
    constexpr int kMostValue = 255;
    const auto json = TRY(Json::parse(text, kLimits));
    const auto* kind = json.find("event");
    const auto* message = json.find("message");
    if (kind == nullptr || kind->as_string() == nullptr) return malformed("event");
    const auto* const found = std::find(std::begin(kEvents), std::end(kEvents), *kind->as_string());
    if (found == std::end(kEvents)) return malformed("event");
    if (message == nullptr || message->as_string() == nullptr) return malformed("message");
    const auto value = TRY(number(json, "value", 0, kMostValue));
    return EnterEvent{static_cast<EnterEvent::Kind>(found - std::begin(kEvents)),
                      static_cast<int>(value), *message->as_string()};
}

Result<int> signal_request(std::string_view text) {
    const auto json = TRY(Json::parse(text, kLimits));
    return static_cast<int>(TRY(number(json, "signal", 1, NSIG - 1)));
}

}  // namespace podd::plan
