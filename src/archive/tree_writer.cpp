// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/tree_writer.h"

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "archive/attributes.h"
#include "archive/file_data.h"
#include "archive/member_path.h"
#include "archive/tree_attributes.h"
#include "base/file.h"

namespace podd::archive {

using base::Error;
using base::ErrorCode;
using base::Resolve;
using base::Result;
using base::UniqueFd;

namespace {

constexpr mode_t kImplicitMode = 0755;
constexpr mode_t kOwnersAll = 0700;

Error invalid(std::string_view why) {
    return Error{ErrorCode::kInvalidArgument, std::string{why}};
}

}  // namespace

Result<> TreeWriter::set_opaque(int fd) {
    if (::fsetxattr(fd, kOpaque, "y", 1, 0) < 0)
        return base::errno_error(fmt::format("setting attribute \"{}\"", kOpaque), errno);
    return note_attributes(fd);
}

Result<> TreeWriter::set_opaque(int parent, const std::string& name) {
    const UniqueFd fd{
        ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!fd) return base::errno_error("opening it", errno);
    return set_opaque(fd.get());
}

Result<> TreeWriter::note_attributes(int fd) {
    struct stat st{};
    if (::fstat(fd, &st) < 0) return base::errno_error("looking at it", errno);
    facts_.attributed.insert(st.st_ino);
    return {};
}

Result<> TreeWriter::count_entry(const std::string& path) {
    if (++entries_ > limits_.max_entries)
        return invalid(fmt::format("the archive has more than {} members, {} is the next",
                                   limits_.max_entries, quoted(path)));
    const auto empty = entries_ - filled_entries_;
    if (empty > limits_.max_empty_entries + limits_.max_empty_ratio * filled_entries_)
        return invalid(fmt::format("the archive has {} members without data, {} is the last", empty,
                                   quoted(path)));
    return {};
}

Result<UniqueFd> TreeWriter::open_directory(const std::string& path) const {
    const auto resolve = rules_ == Rules::kAci ? Resolve::kNoSymlinks : Resolve::kInRoot;
    return base::open_at(root_fd_, path.empty() ? "." : path, O_PATH | O_DIRECTORY, 0, resolve);
}

// Missing parents are 0755 and root's. Each step starts from the root again: a link on the way may
// lead anywhere in it.
Result<UniqueFd> TreeWriter::make_parents(const std::string& path) {
    for (std::size_t at = 0; at != std::string::npos;) {
        at = path.find('/', at + 1);
        const auto prefix = path.substr(0, at);
        auto there = open_directory(prefix);
        if (there) continue;
        if (there.error().code() != ErrorCode::kNotFound) return std::move(there).error();
        const auto [above, name] = split_path(prefix);
        const auto parent = TRY(open_directory(std::string{above}));
        TRY(count_entry(prefix));
        if (::mkdirat(parent.get(), std::string{name}.c_str(), kImplicitMode) < 0) {
            if (errno == EEXIST) return invalid("lies beneath a symbolic link that leads nowhere");
            return base::errno_error(fmt::format("making {}", quoted(prefix)), errno);
        }
        if (rules_ == Rules::kAci) implicit_.insert(prefix);
    }
    return open_directory(path);
}

Result<int> TreeWriter::parent_of(const std::string& path) {
    const auto above = std::string{split_path(path).first};
    if (parent_fd_ && above == parent_path_) return parent_fd_.get();
    auto fd = open_directory(above);
    if (!fd && fd.error().code() == ErrorCode::kNotFound) fd = make_parents(above);
    if (!fd && fd.error().sys_errno() == ELOOP)
        return invalid(rules_ == Rules::kAci ? "lies beneath a symbolic link"
                                             : "lies beneath a symbolic link to itself");
    if (!fd && fd.error().sys_errno() == ENOTDIR)
        return invalid("lies beneath something that is no directory");
    parent_fd_ = TRY(std::move(fd));
    parent_path_ = above;
    return parent_fd_.get();
}

// Removes what stands at `name`, where the rules allow it.
Result<> TreeWriter::make_way(int parent, const std::string& name) const {
    struct stat st{};
    if (::fstatat(parent, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno == ENOENT) return {};
        return base::errno_error("looking at it", errno);
    }
    if (rules_ == Rules::kAci) return invalid("is there twice");
    return base::remove_tree(parent, name);
}

Result<> TreeWriter::add(const std::string& path, const TarEntry& entry, const std::string& link,
                         TarReader& reader) {
    using Type = TarEntry::Type;
    const auto add_here = [&]() -> Result<> {
        TRY(count_entry(path));
        TRY(check_owner(entry));
        if (path.empty()) return add_root(entry);
        if (entry.type == Type::kCharacterDevice || entry.type == Type::kBlockDevice) {
            if (skipped_devices_++ == 0) first_device_ = path;
            return {};
        }
        if (entry.type == Type::kSocket) return invalid("is a socket");
        if (entry.type == Type::kHardlink && link == path)
            return invalid("is a hard link to itself");
        const int parent = TRY(parent_of(path));
        const std::string name{split_path(path).second};
        if (entry.type == Type::kDirectory) return add_directory(parent, name, path, entry);
        TRY(make_way(parent, name));
        switch (entry.type) {
            case Type::kFile: return add_file(parent, name, entry, reader);
            case Type::kSymlink: return add_symlink(parent, name, entry);
            case Type::kHardlink: return add_hardlink(parent, name, link);
            default: return add_fifo(parent, name, entry);
        }
    };
    auto done = add_here();
    if (!done)
        return std::move(done).error().with_context(
            fmt::format("member {} of the archive", quoted(path)));
    return {};
}

Result<> TreeWriter::add_root(const TarEntry& entry) {
    if (entry.type != TarEntry::Type::kDirectory) return invalid("is the root and no directory");
    const UniqueFd fd{::openat(root_fd_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd) return base::errno_error("opening it", errno);
    return set_directory(fd.get(), "", entry);
}

Result<> TreeWriter::add_file(int parent, const std::string& name, const TarEntry& entry,
                              TarReader& reader) {
    if (entry.size > 0) ++filled_entries_;
    bytes_ += entry.size;
    if (entry.size > limits_.max_bytes || bytes_ > limits_.max_bytes)
        return invalid(
            fmt::format("makes the files larger than {} bytes together", limits_.max_bytes));
    const UniqueFd fd{
        ::openat(parent, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!fd) return base::errno_error("making it", errno);
    auto data =
        TRY(copy_file_data(reader, fd.get(), entry.size, limits_.max_hole_bytes - hole_bytes_));
    hole_bytes_ += data.hole_bytes;
    TRY(set_attributes(fd.get(), entry, owners_));
    if (::futimens(fd.get(), times_of(entry.mtime).data()) < 0)
        return base::errno_error("setting its time", errno);
    struct stat st{};
    if (::fstat(fd.get(), &st) < 0) return base::errno_error("looking at it", errno);
    if (entry.size > 0) facts_.digests.push_back({st.st_ino, data.sha256});
    if (!entry.xattrs.empty()) facts_.attributed.insert(st.st_ino);
    return {};
}

Result<> TreeWriter::make_directory(int parent, const std::string& name, const std::string& path) {
    if (::mkdirat(parent, name.c_str(), 0700) == 0) return {};
    if (errno != EEXIST) return base::errno_error("making it", errno);
    struct stat st{};
    if (::fstatat(parent, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
        return base::errno_error("looking at it", errno);
    if (S_ISDIR(st.st_mode)) {
        if (rules_ == Rules::kAci && implicit_.erase(path) == 0) return invalid("is there twice");
        return {};
    }
    TRY(make_way(parent, name));
    if (::mkdirat(parent, name.c_str(), 0700) < 0) return base::errno_error("making it", errno);
    // What stood here hid the directory of a lower layer; the new one must not show it again.
    return set_opaque(parent, name);
}

Result<> TreeWriter::add_directory(int parent, const std::string& name, const std::string& path,
                                   const TarEntry& entry) {
    TRY(make_directory(parent, name, path));
    const UniqueFd fd{
        ::openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!fd) return base::errno_error("opening it", errno);
    return set_directory(fd.get(), path, entry);
}

// Without privilege a directory that its owner may not write to would take nothing more.
Result<> TreeWriter::set_directory(int fd, const std::string& path, const TarEntry& entry) {
    auto open = entry;
    if (owners_ == Owners::kCaller) open.mode |= kOwnersAll;
    TRY(set_attributes(fd, open, owners_));
    if (!entry.xattrs.empty()) TRY(note_attributes(fd));
    directory_ends_.push_back({directory_paths_.size(), static_cast<std::uint32_t>(path.size()),
                               mode_of(entry, owners_), entry.mtime});
    directory_paths_ += path;
    keep_default_acl(path, entry);
    return {};
}

void TreeWriter::keep_default_acl(const std::string& path, const TarEntry& entry) {
    if (owners_ == Owners::kCaller) return;
    for (const auto& [name, value] : entry.xattrs)
        if (name == kAclDefault) default_acls_.emplace_back(path, value);
}

Result<> TreeWriter::add_symlink(int parent, const std::string& name, const TarEntry& entry) {
    if (::symlinkat(entry.link.c_str(), parent, name.c_str()) < 0)
        return base::errno_error("making it", errno);
    return set_attributes_at(parent, name, entry, owners_);
}

Result<> TreeWriter::add_hardlink(int parent, const std::string& name, const std::string& link) {
    const auto [above, target] = split_path(link);
    const auto missing = [&] {
        return invalid(fmt::format(
            "is a hard link to {}, which this archive does not have before it", quoted(link)));
    };
    auto directory = open_directory(std::string{above});
    if (!directory) return missing();
    struct stat st{};
    const std::string target_name{target};
    if (::fstatat(directory->get(), target_name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
        return missing();
    // A link to a link would mean something else to whoever follows it.
    if (!S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
        return invalid(fmt::format("is a hard link to {}, which is no regular file", quoted(link)));
    if (::linkat(directory->get(), target_name.c_str(), parent, name.c_str(), 0) < 0)
        return base::errno_error(fmt::format("linking it to {}", quoted(link)), errno);
    return {};
}

Result<> TreeWriter::add_fifo(int parent, const std::string& name, const TarEntry& entry) {
    if (::mknodat(parent, name.c_str(), S_IFIFO | 0600, 0) < 0)
        return base::errno_error("making it", errno);
    return set_attributes_at(parent, name, entry, owners_);
}

// Overlayfs knows a whiteout as character device 0:0; making one needs no privilege since Linux
// 5.8.
Result<> TreeWriter::whiteout(const std::string& path) {
    const auto make = [&]() -> Result<> {
        TRY(count_entry(path));
        const int parent = TRY(parent_of(path));
        const std::string name{split_path(path).second};
        if (::mknodat(parent, name.c_str(), S_IFCHR, makedev(0, 0)) == 0) return {};
        if (errno != EEXIST) return base::errno_error("making it", errno);
        struct stat st{};
        if (::fstatat(parent, name.c_str(), &st, AT_SYMLINK_NOFOLLOW) < 0)
            return base::errno_error("looking at it", errno);
        if (S_ISDIR(st.st_mode)) return set_opaque(parent, name);
        return {};
    };
    auto done = make();
    if (!done)
        return std::move(done).error().with_context(fmt::format("whiteout of {}", quoted(path)));
    return {};
}

Result<> TreeWriter::opaque(const std::string& path) {
    const auto make = [&]() -> Result<> {
        TRY(count_entry(path));
        // A name in the directory makes the directory itself a missing parent.
        const int directory = TRY(parent_of(path.empty() ? "x" : path + "/x"));
        const UniqueFd fd{::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (!fd) return base::errno_error("opening it", errno);
        return set_opaque(fd.get());
    };
    auto done = make();
    if (!done)
        return std::move(done).error().with_context(
            fmt::format("opaque whiteout of directory {}", quoted(path)));
    return {};
}

Result<UniqueFd> TreeWriter::reopen_directory(const std::string& path) const {
    const auto resolve = rules_ == Rules::kAci ? Resolve::kNoSymlinks : Resolve::kInRoot;
    return base::open_at(root_fd_, path.empty() ? "." : path, O_RDONLY | O_DIRECTORY, 0, resolve);
}

// A directory that a later member replaced is passed over.
Result<> TreeWriter::finish() {
    for (const auto& [path, value] : default_acls_) {
        const auto fd = reopen_directory(path);
        if (!fd) continue;
        if (::fsetxattr(fd->get(), kAclDefault, value.data(), value.size(), 0) < 0)
            return base::errno_error(fmt::format("setting the default ACL of {}", quoted(path)),
                                     errno);
    }
    for (const auto& end : directory_ends_) {
        const auto path = directory_paths_.substr(end.path_offset, end.path_length);
        const auto fd = reopen_directory(path);
        if (!fd) continue;
        if (::futimens(fd->get(), times_of(end.mtime).data()) < 0)
            return base::errno_error(fmt::format("setting the time of {}", quoted(path)), errno);
    }
    return owners_ == Owners::kCaller ? close_directories() : Result<>{};
}

// Those within come first: nothing can be opened beneath one that is closed.
Result<> TreeWriter::close_directories() const {
    for (auto end = directory_ends_.rbegin(); end != directory_ends_.rend(); ++end) {
        const auto path = directory_paths_.substr(end->path_offset, end->path_length);
        const auto fd = reopen_directory(path);
        if (fd && ::fchmod(fd->get(), end->mode) < 0)
            return base::errno_error(fmt::format("setting the mode of {}", quoted(path)), errno);
    }
    return {};
}

}  // namespace podd::archive
