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

class TarPacker {
public:
    TarPacker(TarReader reader, const PackOptions& options, TarWriter& writer)
        : reader_{std::move(reader)}, packer_{options, writer}, writer_{writer} {}

    Result<> run() {
        while (auto entry = TRY(reader_.next())) {
            entry->name = TRY(member_path(entry->name, Absolute::kIsRoot, limits_));
            if (seen_.empty()) TRY(begin(*entry));
            TRY(check(*entry));
            const auto name = entry->name;
            TRY_CONTEXT(add(*std::move(entry)), "member {} of the archive", quoted(name));
        }
        if (seen_.empty()) return Error{ErrorCode::kInvalidArgument, "the tar archive is empty"};
        return reader_.finish();
    }

    Packed finish() { return packer_.finish(); }

private:
    // An image wants its root, which many a tar leaves out.
    Result<> begin(const TarEntry& first) {
        if (first.name.empty()) return {};
        TarEntry root;
        root.type = TarEntry::Type::kDirectory;
        root.mode = 0755;
        TRY(packer_.add(std::move(root)));
        seen_.emplace();
        return {};
    }

    Result<> check(TarEntry& entry) {
        // The root itself says nothing.
        if (seen_.size() == seen_.count("") && kind_of_first_member(entry.name) != Kind::kLayer)
            return refuse(entry.name, "is one of an image: this is no root file system");
        if (entry.name.empty() && entry.type != TarEntry::Type::kDirectory)
            return refuse(entry.name, "is the root, and no directory");
        if (!seen_.insert(entry.name).second)
            return refuse(entry.name, entry.name.empty() ? "is the root, which must be the first"
                                                         : "is there twice");
        if (entry.type != TarEntry::Type::kHardlink) return {};
        entry.link = TRY(member_path(entry.link, Absolute::kIsRoot, limits_));
        if (seen_.contains(entry.link)) return {};
        return refuse(entry.name, fmt::format("is a hard link to {}, which is not there before it",
                                              quoted(entry.link)));
    }

    Result<> add(TarEntry entry) {
        const bool is_file = entry.type == TarEntry::Type::kFile;
        const auto size = entry.size;
        if (TRY(packer_.add(std::move(entry))) && is_file) TRY(copy_data(reader_, size, writer_));
        return {};
    }

    const Limits limits_;
    TarReader reader_;
    MemberPacker packer_;
    TarWriter& writer_;
    std::unordered_set<std::string> seen_;  // member_path()s
};

}  // namespace

Result<Packed> pack_tar(int tar_fd, const PackOptions& options, TarWriter& writer) {
    auto reader = TRY(TarReader::open(tar_fd));
    TarPacker packer{std::move(reader), options, writer};
    TRY(packer.run());
    return packer.finish();
}

}  // namespace podd::archive
