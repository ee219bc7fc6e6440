// SPDX-License-Identifier: LGPL-2.1-or-later
// The file that an app's argv[0] names, and what it needs to run: the same in the running pod and
// in an image that is only looked at.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::plan {

enum class FileKind : unsigned char {
    kMissing,  // or no regular file
    kFile,
    kExecutable,  // execute bits of whomever: the kernel decides at the end, with the app's own ids
    kUnknown,     // it cannot be looked at from here: no reason to refuse anything
};

/// The file system that the app will see.
class ProgramFiles {
public:
    virtual ~ProgramFiles() = default;
    virtual FileKind kind(const std::string& path) const = 0;
    /// To read a regular file; no descriptor where that cannot be done.
    virtual base::UniqueFd open(const std::string& path) const = 0;
};

/// Looks `name` up in the directories of `search_path`, a value of PATH; a name with a slash is a
/// path. Errors: kNotFound, which says whether the program, its ELF interpreter or the interpreter
/// of a script is missing; kDenied for a file that cannot be executed.
base::Result<std::string> find_program(const std::string& name, std::string_view search_path,
                                       const ProgramFiles& files);

}  // namespace podd::plan
