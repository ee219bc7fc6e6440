// SPDX-License-Identifier: LGPL-2.1-or-later
// Makes files beneath one directory fd, whatever names and links an archive holds.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "archive/limits.h"
#include "archive/tar_reader.h"
#include "archive/tree_attributes.h"
#include "base/result.h"
#include "base/unique_fd.h"

namespace podd::archive {

/// What happens when a path exists already, and when a parent is a symbolic link.
enum class Rules : unsigned char {
    kAci,    // both are errors: an ACI holds each path once (appc reference 2.4)
    kLayer,  // the later member replaces; links are followed inside the root (10.5)
};

/// SHA-256 of one regular file, found again by its inode when the tree is complete.
struct FileDigest {
    std::uint64_t inode;
    std::array<unsigned char, 32> sha256;
};

/// What is known of the files of a tree, by inode.
struct FileFacts {
    std::vector<FileDigest> digests{};
    std::unordered_set<std::uint64_t> attributed{};  // files that may have extended attributes
};

class TreeWriter {
public:
    /// With Owners::kArchived the process must be privileged over the ids 0…kMaxId as they appear
    /// beneath `root_fd`.
    TreeWriter(int root_fd, Rules rules, const Limits& limits, Owners owners = Owners::kArchived)
        : root_fd_{root_fd}, rules_{rules}, limits_{limits}, owners_{owners} {}

    /// One member; `path` and `link` (of a hard link) are member_path()s. Takes the data of a file
    /// from `reader`. Errors: kInvalidArgument (an id above kMaxId, a path twice, a hard link to
    /// nothing, a limit), kIo; all quote the path.
    base::Result<> add(const std::string& path, const TarEntry& entry, const std::string& link,
                       TarReader& reader);

    /// Hides what lower layers have at `path`; what this layer has there stays.
    base::Result<> whiteout(const std::string& path);
    /// Hides what lower layers have in directory `path`.
    base::Result<> opaque(const std::string& path);

    /// After the last member: sets the times of directories and, without privilege, their modes.
    base::Result<> finish();

    const FileFacts& facts() const { return facts_; }
    /// Directories of an ACI that no member named: they were made for what lies in them.
    const std::unordered_set<std::string>& unnamed() const { return implicit_; }
    /// Device nodes that were left out; the first of them by name.
    std::uint64_t skipped_devices() const { return skipped_devices_; }
    const std::string& first_device() const { return first_device_; }

private:
    struct DirectoryEnd {
        std::size_t path_offset;
        std::uint32_t path_length;
        mode_t mode;
        timespec mtime;
    };

    base::Result<base::UniqueFd> open_directory(const std::string& path) const;
    base::Result<base::UniqueFd> reopen_directory(const std::string& path) const;
    base::Result<> set_directory(int fd, const std::string& path, const TarEntry& entry);
    base::Result<> close_directories() const;
    base::Result<> note_attributes(int fd);
    void keep_default_acl(const std::string& path, const TarEntry& entry);
    base::Result<int> parent_of(const std::string& path);
    base::Result<base::UniqueFd> make_parents(const std::string& path);
    base::Result<> count_entry(const std::string& path);
    base::Result<> make_way(int parent, const std::string& name) const;
    base::Result<> set_opaque(int fd);
    base::Result<> set_opaque(int parent, const std::string& name);
    base::Result<> make_directory(int parent, const std::string& name, const std::string& path);

    base::Result<> add_file(int parent, const std::string& name, const TarEntry& entry,
                            TarReader& reader);
    base::Result<> add_directory(int parent, const std::string& name, const std::string& path,
                                 const TarEntry& entry);
    base::Result<> add_root(const TarEntry& entry);
    base::Result<> add_symlink(int parent, const std::string& name, const TarEntry& entry);
    base::Result<> add_hardlink(int parent, const std::string& name, const std::string& link);
    base::Result<> add_fifo(int parent, const std::string& name, const TarEntry& entry);

    int root_fd_;
    Rules rules_;
    Limits limits_;
    Owners owners_;
    std::uint64_t entries_ = 0;
    std::uint64_t filled_entries_ = 0;  // of them, files with data
    std::uint64_t bytes_ = 0;
    std::uint64_t hole_bytes_ = 0;
    std::uint64_t skipped_devices_ = 0;
    std::string first_device_;
    std::string parent_path_;  // of parent_fd_: members of one directory stand together
    base::UniqueFd parent_fd_;
    std::unordered_set<std::string> implicit_;  // directories that no member named so far
    FileFacts facts_;
    std::string directory_paths_;  // one after another: there may be a million of them
    std::vector<DirectoryEnd> directory_ends_;
    std::vector<std::pair<std::string, std::string>> default_acls_;
};

}  // namespace podd::archive
