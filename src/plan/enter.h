// SPDX-License-Identifier: LGPL-2.1-or-later
// What a caller and the stage1 entry point `enter` say to each other over a socket that keeps
// messages apart: first the caller its request, then signals; `enter` what has become of the
// command. Either end may be hostile to the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace podd::plan {

/// No message is longer, nor has it more descriptors.
inline constexpr std::size_t kMaxEnterMessage = 8192;
inline constexpr std::size_t kMaxEnterFds = 3;

/// A terminal that the command is to have, made in the pod.
struct TerminalRequest {
    std::string type;  // $TERM
    std::uint16_t rows = 0;
    std::uint16_t columns = 0;
    bool operator==(const TerminalRequest&) const = default;
};

/// Without a terminal the message has three descriptors: the command's standard streams.
struct EnterRequest {
    std::optional<TerminalRequest> terminal;
    bool operator==(const EnterRequest&) const = default;
};

/// What `enter` says. After kStarted, which brings the other end of the terminal where one was
/// asked for, comes one of the others, or nothing where `enter` itself was killed.
struct EnterEvent {
    enum class Kind : unsigned char {
        kStarted,
        kExited,  // value: exit status
        kKilled,  // value: signal
        kFailed,  // value: what the caller is to exit with; message: why
    };
    Kind kind = Kind::kStarted;
    int value = 0;
    std::string message{};
    bool operator==(const EnterEvent&) const = default;
};

/// Exit statuses for what is not the command's own. Source: env(1), "EXIT STATUS".
inline constexpr int kCannotEnter = 125;
inline constexpr int kCannotExecute = 126;
inline constexpr int kNoSuchProgram = 127;
/// And what is added to the number of a signal. Source: sh(1p), 2.8.2.
inline constexpr int kKilledBy = 128;

std::string to_text(const EnterRequest& request);
std::string to_text(const EnterEvent& event);
std::string signal_text(int signal);
/// Errors: kInvalidArgument.
base::Result<EnterRequest> enter_request(std::string_view text);
base::Result<EnterEvent> enter_event(std::string_view text);
base::Result<int> signal_request(std::string_view text);

}  // namespace podd::plan
