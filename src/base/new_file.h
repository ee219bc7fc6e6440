// SPDX-License-Identifier: LGPL-2.1-or-later
// A large file that gets its name when it is whole. For a short one there is write_file().
#pragma once

#include <string>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::base {

enum class Existing : unsigned char { kRefuse, kReplace };

class NewFile {
public:
    /// An empty file that will lie in the directory, or in one beside it: without a name where the
    /// file system can do that, so that nothing is left when the process is killed; else with one
    /// made of `name`. Mode 0666 less the umask. Errors: kIo, kDenied.
    static Result<NewFile> create(int dir_fd, const std::string& name);
    NewFile(NewFile&&) noexcept = default;
    NewFile& operator=(NewFile&&) = delete;
    /// Without publish() nothing is left.
    ~NewFile();

    int fd() const { return fd_.get(); }
    /// Gives it its name, at once. Errors: kConflict when that exists and is not to be replaced;
    /// kIo.
    Result<> publish(int dir_fd, const std::string& name, Existing existing);

private:
    NewFile(UniqueFd dir, UniqueFd fd, std::string temporary)
        : dir_{std::move(dir)}, fd_{std::move(fd)}, temporary_{std::move(temporary)} {}

    UniqueFd dir_;  // of the temporary name
    UniqueFd fd_;
    std::string temporary_;  // empty: it has no name
};

/// Renames a file or folder. Errors: as NewFile::publish().
Result<> rename_into_place(int dir_fd, const std::string& from, int to_dir_fd,
                           const std::string& to, Existing existing);

}  // namespace podd::base
