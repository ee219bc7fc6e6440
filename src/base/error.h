// SPDX-License-Identifier: LGPL-2.1-or-later
// The one error type that crosses function boundaries.
#pragma once

#include <string>
#include <utility>

#include <fmt/format.h>

namespace podd::base {

// Where an error was made. Not std::source_location: clang 14, which runs our fuzzers on Debian 12,
// does not offer it with libstdc++ 12.
struct Where {
    const char* file;
    int line;
    static constexpr Where here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
        return {file, line};
    }
};

enum class ErrorCode : unsigned char {
    kInvalidArgument,  // the caller's input breaks a rule that is written down
    kNotFound,         // the named thing does not exist
    kConflict,         // exists already, or is in a state that forbids this
    kUntrusted,        // signature, fingerprint or policy check said no
    kCorrupt,          // our own stored data fails its check
    kUnsupported,      // valid, but this build or kernel cannot do it
    kDenied,           // kernel, polkit or a limit refused
    kUnavailable,      // the other end did not answer; a retry may help
    kIo,               // a system call failed; sys_errno() says how
    kInternal,         // a promise inside this program was broken
};

class [[nodiscard]] Error {
public:
    Error(ErrorCode code, std::string message, int sys_errno = 0, Where where = Where::here());

    ErrorCode code() const { return code_; }
    int sys_errno() const { return sys_errno_; }
    const std::string& message() const { return message_; }
    const Where& where() const { return where_; }

    // Puts "context: " in front, outermost action first.
    Error with_context(std::string_view context) &&;

private:
    ErrorCode code_;
    int sys_errno_;
    std::string message_;
    Where where_;
};

// kIo error for the errno of the call just made: "<what>: No such file or directory".
Error errno_error(std::string_view what, int saved_errno, Where where = Where::here());

}  // namespace podd::base
