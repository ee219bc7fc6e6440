// SPDX-License-Identifier: LGPL-2.1-or-later
// The verb "export": an image as it came.
#include <cerrno>
#include <set>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/tar_writer.h"
#include "base/file.h"
#include "base/hash.h"
#include "importer/care.h"
#include "importer/image_config.h"
#include "importer/in_use.h"
#include "schema/appc_to_oci.h"
#include "store/layout.h"
#include "store/writer.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;

archive::TarEntry tar_entry(std::string name, std::uint64_t size) {
    archive::TarEntry entry{};
    entry.name = std::move(name);
    entry.type = archive::TarEntry::Type::kFile;
    entry.mode = 0644;
    entry.size = size;
    return entry;
}

class Export {
public:
    Export(const Care& care, store::ImageRecord image, Report& report)
        : care_{care}, image_{std::move(image)}, report_{report} {}

    Result<> run() {
        for (const auto& blob : image_.blobs)
            if (!store::is_blob(blob))
                return Error{ErrorCode::kCorrupt, fmt::format("\"{}\" is no blob", blob)};
        for (const auto& blob : std::set<std::string>{image_.blobs.begin(), image_.blobs.end()})
            total_ += TRY(size_of(blob));
        if (image_.kind == store::ImageKind::kOci) return layout();
        if (image_.blobs.empty()) return Error{ErrorCode::kCorrupt, "the image has no blob"};
        return copy(image_.blobs.front(), [this](std::string_view bytes) { return write(bytes); });
    }

private:
    Result<base::UniqueFd> open(const std::string& blob) const {
        return base::open_path(fmt::format("{}/{}/{}", care_.store, store::kBlobsDir, blob),
                               O_RDONLY | O_NOFOLLOW);
    }

    Result<std::uint64_t> size_of(const std::string& blob) const {
        struct stat st{};
        const auto file = TRY(open(blob));
        if (::fstat(file.get(), &st) < 0)
            return base::errno_error(fmt::format("looking at \"{}\"", blob), errno);
        return static_cast<std::uint64_t>(st.st_size);
    }

    Result<> write(std::string_view bytes) const {
        TRY_CONTEXT(base::write_all(care_.out, bytes), "writing the file");
        return {};
    }

    // What is written must be what was imported, to the last bit.
    Result<> copy(const std::string& blob, const archive::Output& output) {
        const auto file = TRY(open(blob));
        base::Hash hash{base::HashAlgorithm::kSha256};
        std::string block(kBlockBytes, '\0');
        for (;;) {
            const ssize_t n = ::read(file.get(), block.data(), block.size());
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return base::errno_error(fmt::format("reading \"{}\"", blob), errno);
            if (n == 0) break;
            const std::string_view bytes{block.data(), static_cast<std::size_t>(n)};
            hash.update(bytes);
            TRY(output(bytes));
            written_ += bytes.size();
            report_.progress(written_, total_);
        }
        if ("sha256/" + hash.finish_hex() == blob) return {};
        return Error{
            ErrorCode::kCorrupt,
            fmt::format(
                "\"blobs/{}\" is not what was imported: remove the image and import it again",
                blob)};
    }

    // OCI image-spec 1.1 image-layout.md.
    Result<> layout() {
        auto tar = TRY(
            archive::TarWriter::create([this](std::string_view bytes) { return write(bytes); }));
        const auto document = [&](const char* name, const std::string& text) {
            return tar.add_file(tar_entry(name, text.size()), text);
        };
        TRY(document("oci-layout", std::string{schema::kOciLayoutText}));
        TRY(document("index.json", TRY(index())));
        std::set<std::string> done;
        for (const auto& blob : image_.blobs) {
            if (!done.insert(blob).second) continue;
            TRY(tar.add(tar_entry("blobs/" + blob, TRY(size_of(blob)))));
            TRY(copy(blob, [&](std::string_view bytes) { return tar.write(bytes); }));
        }
        return tar.finish();
    }

    // By the reference the image gets its name again.
    Result<std::string> index() {
        auto config = TRY(read_config(care_.store, image_));
        const auto size = TRY(size_of(image_.blobs[kManifestBlob]));
        return schema::oci_index_of({.media_type = std::move(config.manifest_type),
                                     .digest = image_.id,
                                     .size = size,
                                     .reference = schema::oci_reference_of(image_.manifest)});
    }

    const Care& care_;
    store::ImageRecord image_;
    Report& report_;
    std::uint64_t written_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace

Result<> export_image(const Care& care, Report& report) {
    auto store = TRY(store::Writer::open(care.store));
    // As long as it lives, nothing is removed.
    const auto workspace = TRY(store.begin(trees_in_use(care.run_dir)));
    auto image = TRY(store.reader().by_id(care.images.front()));
    const auto id = image.id;
    const auto name = image.manifest.name.str();
    TRY(Export(care, std::move(image), report).run());
    report.image(id, name, {});
    return {};
}

}  // namespace podd::importer
