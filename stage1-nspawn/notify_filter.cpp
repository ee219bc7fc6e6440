// SPDX-License-Identifier: LGPL-2.1-or-later
#include "notify_filter.h"

#include <cstdint>
#include <cstring>

namespace podd::stage1 {

namespace {

constexpr std::uint64_t kMaxExtendUsec = 600'000'000;
constexpr std::size_t kMaxStatus = 256;

struct Line {
    const char* text;
    std::size_t size;

    bool is(const char* whole) const {
        return size == std::strlen(whole) && std::memcmp(text, whole, size) == 0;
    }
    // The value behind `name`, which ends in "=".
    bool value(const char* name, Line& rest) const {
        const std::size_t length = std::strlen(name);
        if (size < length || std::memcmp(text, name, length) != 0) return false;
        rest = {text + length, size - length};
        return true;
    }
};

bool is_number(const Line& line, std::uint64_t limit) {
    std::uint64_t number = 0;
    if (line.size == 0 || line.size > 19) return false;  // 19 digits always fit
    for (std::size_t i = 0; i < line.size; ++i) {
        if (line.text[i] < '0' || line.text[i] > '9') return false;
        number = number * 10 + static_cast<std::uint64_t>(line.text[i] - '0');
    }
    return number <= limit;
}

// What systemctl prints on a terminal must not move its cursor. U+0080 to U+009F do as much as an
// escape; in UTF-8 they are 0xC2 and themselves. Source: ECMA-48, 5.3.
bool is_status(const Line& line) {
    if (line.size > kMaxStatus) return false;
    unsigned char before = 0;
    for (std::size_t i = 0; i < line.size; ++i) {
        const auto byte = static_cast<unsigned char>(line.text[i]);
        if (byte < 0x20 || byte == 0x7F || (before == 0xC2 && byte >= 0x80 && byte < 0xA0))
            return false;
        before = byte;
    }
    return true;
}

bool is_allowed(const Line& line) {
    Line rest{};
    if (line.is("READY=1") || line.is("RELOADING=1") || line.is("STOPPING=1") ||
        line.is("WATCHDOG=1") || line.is("WATCHDOG=trigger"))
        return true;
    if (line.value("STATUS=", rest)) return is_status(rest);
    if (line.value("ERRNO=", rest)) return is_number(rest, 4095);
    if (line.value("MONOTONIC_USEC=", rest)) return is_number(rest, UINT64_MAX);
    return line.value("EXTEND_TIMEOUT_USEC=", rest) && is_number(rest, kMaxExtendUsec);
}

}  // namespace

std::size_t filter_notification(char* message, std::size_t size) {
    std::size_t kept = 0;
    for (std::size_t at = 0; at < size;) {
        const void* newline = std::memchr(message + at, '\n', size - at);
        const std::size_t end =
            newline == nullptr
                ? size
                : static_cast<std::size_t>(static_cast<const char*>(newline) - message);
        if (is_allowed({message + at, end - at})) {
            // Never overtakes what is still to be read: a line is only kept behind itself.
            std::memmove(message + kept, message + at, end - at);
            kept += end - at;
            if (newline != nullptr) message[kept++] = '\n';
        }
        at = end + 1;
    }
    return kept;
}

}  // namespace podd::stage1
