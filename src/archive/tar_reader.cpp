// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/tar_reader.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/attributes.h"
#include "archive/member_path.h"
#include "base/printable.h"

namespace podd::archive {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kBufferBytes = std::size_t{512} * 1024;

struct FreeReader {
    void operator()(::archive* reader) const { (void)::archive_read_free(reader); }
};

}  // namespace

struct TarReader::State {
    int fd = -1;
    std::uint64_t total = 0;     // bytes read from fd
    std::size_t last_block = 0;  // of them in the buffer
    std::vector<char> buffer = std::vector<char>(kBufferBytes);
    std::unique_ptr<::archive, FreeReader> reader{::archive_read_new()};
    bool any = false;  // whether a member was seen
};

namespace {

template <typename State>
la_ssize_t read_block(::archive* reader, void* data, const void** block) {
    auto& state = *static_cast<State*>(data);
    ssize_t n = 0;
    do
        n = ::read(state.fd, state.buffer.data(), state.buffer.size());
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        ::archive_set_error(reader, errno, "reading the archive");
        return -1;
    }
    state.total += static_cast<std::uint64_t>(n);
    state.last_block = static_cast<std::size_t>(n);
    *block = state.buffer.data();
    return n;
}

Error damaged(::archive* reader, bool any) {
    const char* text = ::archive_error_string(reader);
    if (!any) return Error{ErrorCode::kInvalidArgument, "this is not a tar archive"};
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("the tar archive is damaged: {}",
                             base::printable(text != nullptr ? text : "no reason"))};
}

std::optional<TarEntry::Type> type_of(::archive_entry* entry) {
    if (::archive_entry_hardlink(entry) != nullptr) return TarEntry::Type::kHardlink;
    switch (::archive_entry_filetype(entry)) {
        case AE_IFREG: return TarEntry::Type::kFile;
        case AE_IFDIR: return TarEntry::Type::kDirectory;
        case AE_IFLNK: return TarEntry::Type::kSymlink;
        case AE_IFCHR: return TarEntry::Type::kCharacterDevice;
        case AE_IFBLK: return TarEntry::Type::kBlockDevice;
        case AE_IFIFO: return TarEntry::Type::kFifo;
        case AE_IFSOCK: return TarEntry::Type::kSocket;
        default: return std::nullopt;
    }
}

std::string text_or_empty(const char* text) {
    return text == nullptr ? std::string{} : std::string{text};
}

void read_xattrs(::archive_entry* entry, TarEntry& result) {
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t length = 0;
    (void)::archive_entry_xattr_reset(entry);
    while (::archive_entry_xattr_next(entry, &name, &value, &length) == ARCHIVE_OK)
        result.xattrs.emplace_back(name, std::string{static_cast<const char*>(value), length});
}

// pax keeps ACLs as text, which the library has parsed already.
Result<> read_acl(::archive_entry* entry, int which, const char* xattr, TarEntry& result) {
    if (::archive_entry_acl_reset(entry, which) == 0) return {};
    std::vector<AclEntry> acl;
    int type = 0;
    int permissions = 0;
    int tag = 0;
    int id = 0;
    const char* name = nullptr;
    while (::archive_entry_acl_next(entry, which, &type, &permissions, &tag, &id, &name) ==
           ARCHIVE_OK) {
        switch (tag) {
            case ARCHIVE_ENTRY_ACL_USER_OBJ: tag = AclEntry::kUserObj; break;
            case ARCHIVE_ENTRY_ACL_USER: tag = AclEntry::kUser; break;
            case ARCHIVE_ENTRY_ACL_GROUP_OBJ: tag = AclEntry::kGroupObj; break;
            case ARCHIVE_ENTRY_ACL_GROUP: tag = AclEntry::kGroup; break;
            case ARCHIVE_ENTRY_ACL_MASK: tag = AclEntry::kMask; break;
            case ARCHIVE_ENTRY_ACL_OTHER: tag = AclEntry::kOther; break;
            default: continue;
        }
        acl.push_back(
            {static_cast<std::uint16_t>(tag), static_cast<std::uint16_t>(permissions & 7), id});
    }
    auto value = TRY_CONTEXT(acl_xattr(acl), "member {} of the archive", quoted(result.name));
    result.xattrs.emplace_back(xattr, std::move(value));
    return {};
}

// The library says where data is.
void read_holes(::archive_entry* entry, TarEntry& result) {
    if (::archive_entry_sparse_reset(entry) == 0) return;
    std::uint64_t at = 0;
    la_int64_t offset = 0;
    la_int64_t length = 0;
    const auto data_at = [&](std::uint64_t begin) {
        if (begin > at) result.holes.push_back({at, begin - at});
    };
    while (::archive_entry_sparse_next(entry, &offset, &length) == ARCHIVE_OK) {
        data_at(static_cast<std::uint64_t>(offset));
        at = static_cast<std::uint64_t>(offset) + static_cast<std::uint64_t>(length);
    }
    data_at(result.size);
}

Result<TarEntry> entry_value(::archive_entry* entry) {
    const char* name = ::archive_entry_pathname(entry);
    if (name == nullptr)
        return Error{ErrorCode::kInvalidArgument, "a member of the archive has no readable name"};
    TarEntry result;
    result.name = name;
    const auto type = type_of(entry);
    if (!type)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("member {} of the archive is of an unknown type", quoted(name))};
    result.type = *type;
    result.mode = ::archive_entry_perm(entry);
    result.uid = ::archive_entry_uid(entry);
    result.gid = ::archive_entry_gid(entry);
    result.mtime = {::archive_entry_mtime(entry), ::archive_entry_mtime_nsec(entry)};
    const auto size = ::archive_entry_size_is_set(entry) != 0 ? ::archive_entry_size(entry) : 0;
    if (size < 0)
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("member {} of the archive has a negative size", quoted(name))};
    result.size = static_cast<std::uint64_t>(size);
    result.device = ::archive_entry_rdev(entry);
    read_holes(entry, result);
    result.link =
        text_or_empty(*type == TarEntry::Type::kHardlink ? ::archive_entry_hardlink(entry)
                                                         : ::archive_entry_symlink(entry));
    read_xattrs(entry, result);
    TRY(read_acl(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS, kAclAccess, result));
    TRY(read_acl(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, kAclDefault, result));
    return result;
}

}  // namespace

TarReader::TarReader(std::unique_ptr<State> state) : state_{std::move(state)} {}
TarReader::TarReader(TarReader&&) noexcept = default;
TarReader& TarReader::operator=(TarReader&&) noexcept = default;
TarReader::~TarReader() = default;

Result<TarReader> TarReader::open(int fd) {
    auto state = std::make_unique<State>();
    state->fd = fd;
    auto* reader = state->reader.get();
    if (reader == nullptr || ::archive_read_support_format_tar(reader) != ARCHIVE_OK)
        return Error{ErrorCode::kInternal, "libarchive does not start"};
    // Names in old headers are bytes, not text of some locale.
    (void)::archive_read_set_options(reader, "tar:hdrcharset=BINARY");
    if (::archive_read_open(reader, state.get(), nullptr, read_block<State>, nullptr) != ARCHIVE_OK)
        return damaged(reader, false);
    return TarReader{std::move(state)};
}

Result<std::optional<TarEntry>> TarReader::next() {
    ::archive_entry* entry = nullptr;
    const int status = ::archive_read_next_header(state_->reader.get(), &entry);
    if (status == ARCHIVE_EOF) return std::optional<TarEntry>{};
    // A warning is a header that readers may understand differently.
    if (status != ARCHIVE_OK)
        return damaged(state_->reader.get(), state_->any || status == ARCHIVE_WARN);
    state_->any = true;
    auto value = TRY(entry_value(entry));
    return std::optional{std::move(value)};
}

Result<std::optional<TarBlock>> TarReader::next_block() {
    const void* block = nullptr;
    std::size_t length = 0;
    la_int64_t offset = 0;
    const int status = ::archive_read_data_block(state_->reader.get(), &block, &length, &offset);
    if (status == ARCHIVE_EOF) return std::optional<TarBlock>{};
    if (status != ARCHIVE_OK) return damaged(state_->reader.get(), true);
    return std::optional<TarBlock>{
        {static_cast<std::uint64_t>(offset), {static_cast<const char*>(block), length}}};
}

Result<> TarReader::finish() {
    const auto consumed =
        static_cast<std::uint64_t>(::archive_filter_bytes(state_->reader.get(), 0));
    const auto left = std::min<std::uint64_t>(state_->total - consumed, state_->last_block);
    const char* rest = state_->buffer.data() + (state_->last_block - left);
    std::size_t length = left;
    for (;;) {
        if (std::any_of(rest, rest + length, [](char c) { return c != 0; }))
            return Error{ErrorCode::kInvalidArgument, "the tar archive is followed by other bytes"};
        const void* block = nullptr;
        const auto n = read_block<State>(state_->reader.get(), state_.get(), &block);
        if (n < 0) return damaged(state_->reader.get(), true);
        if (n == 0) return {};
        rest = state_->buffer.data();
        length = static_cast<std::size_t>(n);
    }
}

Result<std::string> manifest_text(TarReader& reader, std::size_t limit) {
    std::string text;
    while (const auto block = TRY(reader.next_block())) {
        if (block->offset > limit || block->bytes.size() > limit - block->offset)
            return Error{ErrorCode::kInvalidArgument,
                         fmt::format("the manifest has more than {} bytes", limit)};
        text.resize(block->offset);
        text += block->bytes;
    }
    return text;
}

}  // namespace podd::archive
