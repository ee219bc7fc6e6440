// SPDX-License-Identifier: LGPL-2.1-or-later
// A tar stream, member by member. libarchive reads the headers; it never touches a path.
#pragma once

#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/result.h"

namespace podd::archive {

/// A part of a file that is nothing but zeros and takes no room.
struct Hole {
    std::uint64_t offset;
    std::uint64_t length;
    bool operator==(const Hole&) const = default;
};

struct TarEntry {
    enum class Type : unsigned char {
        kFile,
        kDirectory,
        kSymlink,
        kHardlink,
        kCharacterDevice,
        kBlockDevice,
        kFifo,
        kSocket
    };
    std::string name{};  // as it stands in the archive
    Type type = Type::kFile;
    mode_t mode = 0;  // permission bits with setuid, setgid and sticky
    std::int64_t uid = 0;
    std::int64_t gid = 0;
    timespec mtime{};
    std::uint64_t size = 0;     // of a file, holes included
    std::vector<Hole> holes{};  // of a file, in order
    dev_t device = 0;           // of a device node
    std::string link{};         // target of a symbolic or hard link, as it stands in the archive
    std::vector<std::pair<std::string, std::string>> xattrs{};  // POSIX ACLs are among them
};

/// A piece of a file; what lies between pieces is a hole.
struct TarBlock {
    std::uint64_t offset;
    std::string_view bytes;
};

class TarReader {
public:
    /// Reads from `fd`, which the caller keeps open.
    static base::Result<TarReader> open(int fd);
    TarReader(TarReader&&) noexcept;
    TarReader& operator=(TarReader&&) noexcept;
    ~TarReader();

    /// The next member; nothing at the archive's end. What is left of the one before is skipped.
    /// Errors: kInvalidArgument when this is no tar or a damaged one.
    base::Result<std::optional<TarEntry>> next();
    /// The next piece of the current member's data, valid until the next call.
    base::Result<std::optional<TarBlock>> next_block();
    /// After the last member: reads `fd` to its end. Errors: kInvalidArgument when there is more
    /// than padding: another reader might see members there that this one does not.
    base::Result<> finish();

private:
    struct State;
    explicit TarReader(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// The text of the current member, which is an ACI's manifest. Errors: kInvalidArgument when it has
/// more than `limit` bytes; those of next_block().
base::Result<std::string> manifest_text(TarReader& reader, std::size_t limit);

}  // namespace podd::archive
