// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/tar_writer.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "archive/attributes.h"
#include "base/printable.h"

namespace podd::archive {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr int kBlockBytes = 256 * 1024;

struct FreeWriter {
    void operator()(::archive* writer) const {
        // Freeing alone would write the archive's end to an output that is gone.
        (void)::archive_write_fail(writer);
        (void)::archive_write_free(writer);
    }
};

struct FreeEntry {
    void operator()(::archive_entry* entry) const { ::archive_entry_free(entry); }
};

unsigned file_type(TarEntry::Type type) {
    switch (type) {
        case TarEntry::Type::kFile:
        case TarEntry::Type::kHardlink: return AE_IFREG;
        case TarEntry::Type::kDirectory: return AE_IFDIR;
        case TarEntry::Type::kSymlink: return AE_IFLNK;
        case TarEntry::Type::kCharacterDevice: return AE_IFCHR;
        case TarEntry::Type::kBlockDevice: return AE_IFBLK;
        case TarEntry::Type::kFifo: return AE_IFIFO;
        case TarEntry::Type::kSocket: return AE_IFSOCK;
    }
    return AE_IFREG;
}

int acl_tag(const AclEntry& entry) {
    switch (entry.tag) {
        case AclEntry::kUserObj: return ARCHIVE_ENTRY_ACL_USER_OBJ;
        case AclEntry::kUser: return ARCHIVE_ENTRY_ACL_USER;
        case AclEntry::kGroupObj: return ARCHIVE_ENTRY_ACL_GROUP_OBJ;
        case AclEntry::kGroup: return ARCHIVE_ENTRY_ACL_GROUP;
        case AclEntry::kMask: return ARCHIVE_ENTRY_ACL_MASK;
        default: return ARCHIVE_ENTRY_ACL_OTHER;
    }
}

void set_xattrs(::archive_entry* entry, const TarEntry& from) {
    for (const auto& [name, value] : from.xattrs) {
        if (name != kAclAccess && name != kAclDefault) {
            ::archive_entry_xattr_add_entry(entry, name.c_str(), value.data(), value.size());
            continue;
        }
        const int type =
            name == kAclAccess ? ARCHIVE_ENTRY_ACL_TYPE_ACCESS : ARCHIVE_ENTRY_ACL_TYPE_DEFAULT;
        for (const auto& one : acl_entries(value))
            (void)::archive_entry_acl_add_entry(entry, type, one.permissions, acl_tag(one),
                                                static_cast<int>(one.id), nullptr);
    }
}

// The library wants to know where data is.
void set_holes(::archive_entry* entry, const TarEntry& from) {
    if (from.holes.empty()) return;
    std::uint64_t at = 0;
    const auto add = [&](std::uint64_t end) {
        if (end > at)
            ::archive_entry_sparse_add_entry(entry, static_cast<la_int64_t>(at),
                                             static_cast<la_int64_t>(end - at));
    };
    for (const auto& hole : from.holes) {
        add(hole.offset);
        at = hole.offset + hole.length;
    }
    add(from.size);
    // Where there is nothing but holes.
    if (::archive_entry_sparse_count(entry) == 0) ::archive_entry_sparse_add_entry(entry, 0, 0);
}

std::unique_ptr<::archive_entry, FreeEntry> library_entry(const TarEntry& from) {
    std::unique_ptr<::archive_entry, FreeEntry> entry{::archive_entry_new()};
    ::archive_entry_set_pathname(entry.get(), from.name.c_str());
    ::archive_entry_set_filetype(entry.get(), file_type(from.type));
    ::archive_entry_set_perm(entry.get(), from.mode & 07777);
    ::archive_entry_set_uid(entry.get(), from.uid);
    ::archive_entry_set_gid(entry.get(), from.gid);
    ::archive_entry_set_mtime(entry.get(), from.mtime.tv_sec, 0);
    ::archive_entry_set_size(
        entry.get(), from.type == TarEntry::Type::kFile ? static_cast<la_int64_t>(from.size) : 0);
    if (from.type == TarEntry::Type::kHardlink)
        ::archive_entry_set_hardlink(entry.get(), from.link.c_str());
    else if (from.type == TarEntry::Type::kSymlink)
        ::archive_entry_set_symlink(entry.get(), from.link.c_str());
    else if (from.type == TarEntry::Type::kCharacterDevice ||
             from.type == TarEntry::Type::kBlockDevice) {
        ::archive_entry_set_rdevmajor(entry.get(), ::major(from.device));
        ::archive_entry_set_rdevminor(entry.get(), ::minor(from.device));
    }
    set_xattrs(entry.get(), from);
    set_holes(entry.get(), from);
    return entry;
}

}  // namespace

struct TarWriter::State {
    Output output;
    std::optional<Error> error{};  // of the output
    std::unique_ptr<::archive, FreeWriter> writer{::archive_write_new()};
};

namespace {

template <typename State>
la_ssize_t write_block(::archive* writer, void* data, const void* block, std::size_t length) {
    auto& state = *static_cast<State*>(data);
    auto done = state.output({static_cast<const char*>(block), length});
    if (done) return static_cast<la_ssize_t>(length);
    ::archive_set_error(writer, done.error().sys_errno(), "writing the archive");
    state.error.emplace(std::move(done).error());
    return -1;
}

}  // namespace

TarWriter::TarWriter(std::unique_ptr<State> state) : state_{std::move(state)} {}
TarWriter::TarWriter(TarWriter&&) noexcept = default;
TarWriter& TarWriter::operator=(TarWriter&&) noexcept = default;
TarWriter::~TarWriter() = default;

Result<TarWriter> TarWriter::create(Output output) {
    auto state = std::make_unique<State>(State{std::move(output)});
    auto* writer = state->writer.get();
    // "Restricted": extended headers only where they are needed, and none with inodes and devices
    // of this machine. Names are bytes, not text of some locale.
    if (writer == nullptr || ::archive_write_set_format_pax_restricted(writer) != ARCHIVE_OK ||
        ::archive_write_set_format_option(writer, "pax", "hdrcharset", "BINARY") != ARCHIVE_OK ||
        ::archive_write_set_format_option(writer, "pax", "xattrheader", "SCHILY") != ARCHIVE_OK ||
        ::archive_write_set_bytes_per_block(writer, kBlockBytes) != ARCHIVE_OK ||
        ::archive_write_set_bytes_in_last_block(writer, 1) != ARCHIVE_OK ||
        ::archive_write_open(writer, state.get(), nullptr, write_block<State>, nullptr) !=
            ARCHIVE_OK)
        return Error{ErrorCode::kInternal, "libarchive does not start"};
    return TarWriter{std::move(state)};
}

Error TarWriter::failed(std::string_view what) {
    if (state_->error) return *std::exchange(state_->error, std::nullopt);
    const char* text = ::archive_error_string(state_->writer.get());
    return Error{
        ErrorCode::kInvalidArgument,
        fmt::format("{}: {}", what, base::printable(text != nullptr ? text : "no reason"))};
}

Result<> TarWriter::add(const TarEntry& entry) {
    const auto header = library_entry(entry);
    // A warning says that something of the member does not stand in the header.
    if (::archive_write_header(state_->writer.get(), header.get()) != ARCHIVE_OK)
        return failed("a tar archive cannot hold it");
    return {};
}

Result<> TarWriter::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto n = ::archive_write_data(state_->writer.get(), bytes.data(), bytes.size());
        if (n < 0) return failed("writing it");
        if (n == 0) return {};  // a hole at the end
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Result<> TarWriter::write_zeros(std::uint64_t count) {
    static constexpr std::array<char, 65536> kZeros{};
    for (std::uint64_t step = 0; count > 0; count -= step) {
        step = std::min<std::uint64_t>(count, kZeros.size());
        TRY(write({kZeros.data(), step}));
    }
    return {};
}

Result<> TarWriter::add_file(const TarEntry& entry, std::string_view bytes) {
    TarEntry sized = entry;
    sized.size = bytes.size();
    TRY(add(sized));
    return write(bytes);
}

Result<> TarWriter::finish() {
    if (::archive_write_close(state_->writer.get()) != ARCHIVE_OK)
        return failed("ending the archive");
    return {};
}

}  // namespace podd::archive
