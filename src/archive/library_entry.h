// SPDX-License-Identifier: LGPL-2.1-or-later
// A member as libarchive's writers want it.
#pragma once

#include <memory>

#include <archive_entry.h>

#include "archive/tar_reader.h"

namespace podd::archive {

struct FreeEntry {
    void operator()(::archive_entry* entry) const { ::archive_entry_free(entry); }
};
using LibraryEntry = std::unique_ptr<::archive_entry, FreeEntry>;

LibraryEntry library_entry(const TarEntry& from);

}  // namespace podd::archive
