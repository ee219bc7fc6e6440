// SPDX-License-Identifier: LGPL-2.1-or-later
// Writes a tar stream, member by member, in the form of pax: the same members make the same bytes,
// whatever the user or the host. Names in pax are UTF-8, for which libarchive looks at LC_CTYPE:
// the program sets it to "C.UTF-8", for reading, too.
#pragma once

#include <memory>
#include <string_view>

#include "archive/output.h"
#include "archive/tar_reader.h"
#include "base/result.h"

namespace podd::archive {

class TarWriter {
public:
    static base::Result<TarWriter> create(Output output);
    TarWriter(TarWriter&&) noexcept;
    TarWriter& operator=(TarWriter&&) noexcept;
    ~TarWriter();

    /// Begins a member. Times are whole seconds; owners have no names. Errors: those of the output;
    /// kInvalidArgument for what tar cannot hold.
    base::Result<> add(const TarEntry& entry);
    /// The next bytes of the file that was added last, of which entry.size must come; holes are
    /// zeros.
    base::Result<> write(std::string_view bytes);
    /// The same out of a file, from `begin` to `end`. Errors: kConflict when it is shorter; kIo.
    base::Result<> write_from(int fd, std::uint64_t begin, std::uint64_t end);
    base::Result<> write_zeros(std::uint64_t count);
    /// A file with all its bytes.
    base::Result<> add_file(const TarEntry& entry, std::string_view bytes);
    /// After the last member; without it the archive is cut short.
    base::Result<> finish();

private:
    struct State;
    explicit TarWriter(std::unique_ptr<State> state);
    base::Result<> check(int status, std::string_view what) const;
    std::unique_ptr<State> state_;
};

}  // namespace podd::archive
