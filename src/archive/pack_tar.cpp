// SPDX-License-Identifier: LGPL-2.1-or-later
#include <unordered_set>

#include <fmt/format.h>

#include "archive/member_packer.h"
#include "archive/member_path.h"
#include "archive/pack.h"
#include "archive/unpack.h"

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

Error refuse(std::string_view path, std::string_view why) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("member {} of the archive {}", quoted(path), why)};
}

Result<> copy_data(TarReader& reader, std::uint64_t size, TarWriter& writer) {
    std::uint64_t at = 0;
    while (const auto block = TRY(reader.next_block())) {
        if (block->offset < at || block->offset > size ||
            block->bytes.size() > size - block->offset)
            return Error{ErrorCode::kInvalidArgument,
                         "the tar archive is damaged: a sparse file has an impossible map"};
        TRY(writer.write_zeros(block->offset - at));
        TRY(writer.write(block->bytes));
        at = block->offset + block->bytes.size();
    }
    return writer.write_zeros(size - at);
}

}  // namespace

Result<Packed> pack_tar(int tar_fd, const PackOptions& options, TarWriter& writer) {
    const Limits limits;
    auto reader = TRY(TarReader::open(tar_fd));
    MemberPacker packer{options, writer};
    std::unordered_set<std::string> seen;
    while (auto entry = TRY(reader.next())) {
        entry->name = TRY(member_path(entry->name, Absolute::kIsRoot, limits));
        // The root itself says nothing.
        if (seen.size() == seen.count("") && kind_of_first_member(entry->name) != Kind::kLayer)
            return refuse(entry->name, "is one of an image: this is no root file system");
        if (!seen.insert(entry->name).second) return refuse(entry->name, "is there twice");
        if (entry->type == TarEntry::Type::kHardlink) {
            entry->link = TRY(member_path(entry->link, Absolute::kIsRoot, limits));
            if (!seen.contains(entry->link))
                return refuse(entry->name,
                              fmt::format("is a hard link to {}, which is not there before it",
                                          quoted(entry->link)));
        }
        const auto type = entry->type;
        const auto size = entry->size;
        const auto name = entry->name;
        const bool added =
            TRY_CONTEXT(packer.add(*std::move(entry)), "member {} of the archive", quoted(name));
        if (added && type == TarEntry::Type::kFile) TRY(copy_data(reader, size, writer));
    }
    TRY(reader.finish());
    return packer.finish();
}

}  // namespace podd::archive
