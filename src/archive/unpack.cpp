// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/unpack.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "archive/digest_list.h"
#include "archive/member_path.h"
#include "archive/tar_reader.h"
#include "archive/tree_writer.h"

namespace podd::archive {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::string_view kRootfs = "rootfs";
constexpr std::string_view kManifest = "manifest";
constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaqueMark = ".wh..wh..opq";
constexpr std::string_view kWhiteoutMeta = ".wh..wh.";

Error refuse(std::string_view path, std::string_view why) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("member {} of the archive {}", quoted(path), why)};
}

// Source: appc reference 2.4 and 2.5.
class AciUnpacker {
public:
    AciUnpacker(const UnpackOptions& options)
        : limits_{options.limits},
          writer_{options.root_fd, Rules::kAci, options.limits, options.owners} {}

    Result<> member(const TarEntry& entry, TarReader& reader) {
        const auto path = TRY(member_path(entry.name, Absolute::kRefuse, limits_));
        // "./" is what tar -C DIR . begins with.
        if (path.empty() && entry.type == TarEntry::Type::kDirectory) return {};
        if (path == kManifest) return read_manifest(entry, reader);
        if (path == kRootfs) {
            if (entry.type != TarEntry::Type::kDirectory) return refuse(path, "is no directory");
            if (std::exchange(rootfs_, true)) return refuse(path, "is there twice");
            return writer_.add("", entry, "", reader);
        }
        const auto inside = beneath_rootfs(path);
        if (!inside)
            return refuse(path, "is neither \"manifest\" nor beneath \"rootfs\": this is no ACI");
        std::string link;
        if (entry.type == TarEntry::Type::kHardlink) {
            const auto target = TRY(member_path(entry.link, Absolute::kRefuse, limits_));
            const auto below = beneath_rootfs(target);
            if (!below)
                return refuse(path, fmt::format("is a hard link to {}, which is outside \"rootfs\"",
                                                quoted(target)));
            link = *below;
        }
        return writer_.add(*inside, entry, link, reader);
    }

    Result<> finish(Unpacked& result) {
        if (!manifest_) return Error{ErrorCode::kInvalidArgument, "the ACI has no \"manifest\""};
        if (!rootfs_)
            return Error{ErrorCode::kInvalidArgument, "the ACI has no directory \"rootfs\""};
        result.manifest = *std::move(manifest_);
        return writer_.finish();
    }

    const TreeWriter& writer() const { return writer_; }

private:
    static std::optional<std::string> beneath_rootfs(const std::string& path) {
        if (!path.starts_with(kRootfs) || path.size() < kRootfs.size() + 2 ||
            path[kRootfs.size()] != '/')
            return std::nullopt;
        return path.substr(kRootfs.size() + 1);
    }

    Result<> read_manifest(const TarEntry& entry, TarReader& reader) {
        if (entry.type != TarEntry::Type::kFile) return refuse(kManifest, "is no regular file");
        if (manifest_) return refuse(kManifest, "is there twice");
        manifest_ = TRY(manifest_text(reader, limits_.max_manifest_bytes));
        return {};
    }

    Limits limits_;
    TreeWriter writer_;
    bool rootfs_ = false;
    std::optional<std::string> manifest_;
};

// Source: OCI image-spec 1.1.1, layer.md; appc reference 10.5.
class LayerUnpacker {
public:
    LayerUnpacker(const UnpackOptions& options)
        : limits_{options.limits},
          writer_{options.root_fd, Rules::kLayer, options.limits, options.owners} {}

    Result<> member(const TarEntry& entry, TarReader& reader) {
        const auto path = TRY(member_path(entry.name, Absolute::kIsRoot, limits_));
        const auto [directory, name] = split_path(path);
        if (name == kOpaqueMark) return writer_.opaque(std::string{directory});
        if (name.starts_with(kWhiteoutMeta)) return {};  // aufs' own bookkeeping
        if (directory.find("/.wh.") != std::string_view::npos || directory.starts_with(kWhiteout))
            return refuse(path, "lies beneath a whiteout");
        if (name.starts_with(kWhiteout)) return whiteout(directory, name.substr(kWhiteout.size()));
        std::string link;
        if (entry.type == TarEntry::Type::kHardlink)
            link = TRY(member_path(entry.link, Absolute::kIsRoot, limits_));
        return writer_.add(path, entry, link, reader);
    }

    Result<> finish(Unpacked&) { return writer_.finish(); }
    const TreeWriter& writer() const { return writer_; }

private:
    Result<> whiteout(std::string_view directory, std::string_view name) {
        if (name.empty() || name == "." || name == "..")
            return refuse(directory, fmt::format("has a whiteout of {}", quoted(name)));
        return writer_.whiteout(directory.empty() ? std::string{name}
                                                  : fmt::format("{}/{}", directory, name));
    }

    Limits limits_;
    TreeWriter writer_;
};

// Members become plain files for whoever reads the images in them. Owners, modes and attributes
// mean nothing there.
class ContainerUnpacker {
public:
    ContainerUnpacker(const UnpackOptions& options)
        : limits_{options.limits},
          writer_{options.root_fd, Rules::kLayer, options.limits, options.owners} {}

    Result<> member(const TarEntry& entry, TarReader& reader) {
        const auto path = TRY(member_path(entry.name, Absolute::kRefuse, limits_));
        if (path.empty() || entry.type == TarEntry::Type::kDirectory) return {};
        TarEntry plain;
        plain.name = entry.name;
        plain.type = entry.type;
        plain.mode = 0600;
        plain.size = entry.size;
        plain.link = entry.link;
        // Old versions of `docker save` write equal layers as links.
        if (entry.type != TarEntry::Type::kFile && entry.type != TarEntry::Type::kSymlink &&
            entry.type != TarEntry::Type::kHardlink)
            return refuse(path, "is of a type that an archive of images does not hold");
        std::string link;
        if (entry.type == TarEntry::Type::kHardlink)
            link = TRY(member_path(entry.link, Absolute::kRefuse, limits_));
        return writer_.add(path, plain, link, reader);
    }

    static Result<> finish(Unpacked&) { return {}; }
    const TreeWriter& writer() const { return writer_; }

private:
    Limits limits_;
    TreeWriter writer_;
};

void note_devices(const TreeWriter& writer, Unpacked& result) {
    if (writer.skipped_devices() == 0) return;
    result.notes.push_back(fmt::format(
        "left out {} device node{}, {} first: a pod has its own", writer.skipped_devices(),
        writer.skipped_devices() == 1 ? "" : "s", quoted(writer.first_device())));
}

// `read` are the members read so far, the last of them is where the reader stands.
template <typename Unpacker>
Result<Unpacked> run(Kind kind, TarReader& reader, const std::vector<TarEntry>& read,
                     const UnpackOptions& options) {
    Unpacker unpacker{options};
    Unpacked result;
    result.kind = kind;
    for (const auto& entry : read)
        TRY(unpacker.member(entry, reader));
    while (const auto entry = TRY(reader.next()))
        TRY(unpacker.member(*entry, reader));
    TRY(reader.finish());
    TRY(unpacker.finish(result));
    note_devices(unpacker.writer(), result);
    if (kind == Kind::kContainer || options.digests_fd < 0) return result;
    const auto size =
        TRY_CONTEXT(write_digest_list(options.root_fd, options.digests_fd,
                                      unpacker.writer().facts(), unpacker.writer().unnamed()),
                    "listing the files");
    result.files = size.files;
    result.bytes = size.bytes;
    return result;
}

bool is_hex_name(std::string_view name) {
    return name.size() == 64 && std::all_of(name.begin(), name.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

}  // namespace

Kind kind_of_first_member(std::string_view path) {
    const auto top = path.substr(0, path.find('/'));
    if (top == kManifest || top == kRootfs) return Kind::kAci;
    if (top == "oci-layout" || top == "index.json" || top == "blobs" || top == "manifest.json" ||
        top == "repositories" || is_hex_name(top.substr(0, top.find('.'))))
        return Kind::kContainer;
    return Kind::kLayer;
}

Result<Unpacked> unpack(int in, const UnpackOptions& options) {
    auto reader = TRY(TarReader::open(in));
    std::vector<TarEntry> read;
    auto kind = Kind::kLayer;
    if (options.any_kind) {
        // The root itself says nothing; `tar -C DIR .` writes it first.
        std::string path;
        while (path.empty()) {
            auto entry = TRY(reader.next());
            if (!entry) break;
            path = TRY(member_path(entry->name, Absolute::kIsRoot, options.limits));
            read.push_back(*std::move(entry));
            if (read.size() > 2) break;
        }
        kind = kind_of_first_member(path);
    }
    if (options.on_kind) TRY(options.on_kind(kind));
    switch (kind) {
        case Kind::kAci: return run<AciUnpacker>(kind, reader, read, options);
        case Kind::kContainer: return run<ContainerUnpacker>(kind, reader, read, options);
        case Kind::kLayer: break;
    }
    return run<LayerUnpacker>(kind, reader, read, options);
}

}  // namespace podd::archive
