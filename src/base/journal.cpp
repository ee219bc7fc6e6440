// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/journal.h"

#include <cerrno>
#include <cstdint>
#include <cstring>

#include <fmt/format.h>

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/printable.h"
#include "base/unique_fd.h"

namespace podd::base {

namespace {

// A journal that hangs must not keep pods from starting for ever.
constexpr timeval kPatience{2, 0};

// A value with a line end in it is preceded by its length, 64 bits, little endian.
void add_field(std::string& datagram, std::string_view name, std::string_view value) {
    datagram += name;
    if (value.find('\n') == std::string_view::npos) {
        datagram += '=';
    } else {
        datagram += '\n';
        for (unsigned shift = 0; shift < 64; shift += 8)
            datagram += static_cast<char>(std::uint64_t{value.size()} >> shift & 0xffU);
    }
    datagram += value;
    datagram += '\n';
}

std::string printable_lines(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        out += printable(text.substr(0, end));
        if (end < text.size()) out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

}  // namespace

std::string journal_datagram(const JournalEntry& entry) {
    std::string datagram;
    add_field(datagram, "PRIORITY", fmt::format("{}", static_cast<int>(entry.level)));
    add_field(datagram, "SYSLOG_IDENTIFIER", "podd");
    add_field(datagram, "MESSAGE_ID", entry.message_id);
    add_field(datagram, "MESSAGE", printable_lines(entry.text));
    // The journal looks the sender's unit up in /proc, where a process that has just ended is no
    // more. Of root's processes, journalctl believes this field as well.
    if (!entry.unit.empty()) add_field(datagram, "OBJECT_SYSTEMD_UNIT", entry.unit);
    for (const auto& field : entry.fields)
        add_field(datagram, field.name, field.value);
    return datagram;
}

Result<> send_to_journal(const JournalEntry& entry, const char* socket) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (std::strlen(socket) >= sizeof address.sun_path)
        return errno_error("the journal's socket", ENAMETOOLONG);
    std::memcpy(address.sun_path, socket, std::strlen(socket));
    const UniqueFd fd{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (!fd) return errno_error("making a socket for the journal", errno);
    (void)::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
    const auto datagram = journal_datagram(entry);
    if (::sendto(fd.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL,
                 reinterpret_cast<const sockaddr*>(&address), sizeof address) < 0)
        return errno_error("writing to the journal", errno);
    return {};
}

void log_entry(const JournalEntry& entry, const char* socket) {
    const bool watched = ::isatty(STDERR_FILENO) == 1;
    if (send_to_journal(entry, socket) && !watched) return;
    log_line(entry.level, entry.text);
}

}  // namespace podd::base
