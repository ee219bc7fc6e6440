// SPDX-License-Identifier: LGPL-2.1-or-later
// Every key that translate writes: how its value looks in a unit file and on the bus. A key that is
// not here cannot be rendered, so neither renderer can know one that the other does not.
#pragma once

#include <span>
#include <string_view>

namespace podd::unit {

/// What a value is. `file` and `bus` stand for the two forms.
enum class Kind : unsigned char {
    kText,        // file: one line, "%" doubled; bus: s
    kWord,        // a word out of a fixed set, such as "notify"; bus: s
    kFlag,        // "yes" or "no"; bus: b
    kUnit,        // one unit name; bus: s
    kUnits,       // words: unit names; bus: as
    kUris,        // words: URIs without blanks; bus: as
    kPaths,       // words: absolute paths, quoted in the file; bus: as
    kCommand,     // words: argv of an absolute program, quoted in the file; bus: a(sasb)
    kDuration,    // file: "90s"; bus: t, microseconds
    kBytes,       // bytes or "infinity"; bus: t
    kQuota,       // "150%"; bus: t, microseconds per second
    kWeight,      // 1…10000; bus: t
    kSigned,      // whole number; bus: i
    kSignal,      // file: "SIGTERM"; bus: i
    kStatuses,    // words: exit statuses 0…255 and signals; bus: (aiai)
    kIoLimit,     // words: absolute path and bytes (or operations) per second; bus: a(st)
    kDevice,      // words: absolute path and rights out of "rwm", as in "/dev/fuse rw"; bus: a(ss)
    kNumbers,     // "0-3,7", see base/number_set.h; bus: ay, a mask
    kAbsent,      // file: "!" and a path that must not be there; bus: a(sbbs)
    kCredential,  // words: name, and path or name; file: "NAME:PATH"; bus: a(ss)
    kData,        // file: base64; bus: ay
    kCount,       // file: a number; bus: u
    kMask,        // file: octal permissions; bus: u
    kProtocol,    // file: "sctp"; bus: i, its number
    kListen,      // a port, or an address and a port; bus: a(ss), with what the key listens for
    kLimit,  // words: soft and hard, file: "soft:hard"; bus: t, the hard one, and KEYSoft as well
};

struct Entry {
    std::string_view section;
    std::string_view key;
    Kind kind;
    std::string_view property;  // name on the bus
};

std::span<const Entry> catalog();
/// nullptr when the key is not known in that section. Resource control stands in the section of the
/// unit's type and is listed for "Service" alone.
const Entry* find_entry(std::string_view section, std::string_view key);

}  // namespace podd::unit
