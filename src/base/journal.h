// SPDX-License-Identifier: LGPL-2.1-or-later
// Entries of the journal with fields, without libsystemd: what starts a pod links none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "base/result.h"

namespace podd::base {

struct JournalField {
    std::string_view name;
    std::string value;
};

struct JournalEntry {
    LogLevel level = LogLevel::kInfo;
    std::string_view message_id;  // of base/message_ids.h
    std::string text;
    std::string unit;  // "journalctl -u" of this one shows it; empty: of the process's own only
    std::vector<JournalField> fields;
};

inline constexpr const char* kJournalSocket = "/run/systemd/journal/socket";

/// The datagram. Control characters of the text but line ends are escaped, as in log_line().
/// Source: systemd.io, "Native Journal Protocol".
std::string journal_datagram(const JournalEntry& entry);

/// Errors: kIo and those of errno_error(): the journal does not listen, or is behind by seconds.
Result<> send_to_journal(const JournalEntry& entry, const char* socket = kJournalSocket);

/// To the journal; to standard error, by log_line(), when that does not work or somebody sits
/// there.
void log_entry(const JournalEntry& entry, const char* socket = kJournalSocket);

}  // namespace podd::base
