// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/image_import.h"

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "importer/folder_import.h"
#include "importer/in_use.h"
#include "importer/life_cycle.h"
#include "importer/new_record.h"
#include "importer/stream_import.h"
#include "importer/tree_sizes.h"
#include "store/acceptance.h"
#include "store/writer.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

// A directory that its opener could not read would be read here with root's rights.
Result<UniqueFd> open_folder(int source) {
    const int flags = ::fcntl(source, F_GETFL);
    if (flags < 0) return base::errno_error("looking at the image", errno);
    if ((flags & O_PATH) != 0)
        return Error{ErrorCode::kInvalidArgument,
                     "the folder must be opened for reading, not with O_PATH"};
    return base::open_at(source, ".", O_RDONLY | O_DIRECTORY);
}

Result<store::NewImage> import_any(ImportContext& context, int source, bool is_folder) {
    if (!is_folder) return import_stream(context, source);
    const auto folder = TRY(open_folder(source));
    return import_folder(context, folder.get());
}

}  // namespace

Error import_error(Error error, const std::string& store_dir) {
    if (error.sys_errno() == ENOSPC || error.sys_errno() == EDQUOT)
        return std::move(error).with_context(
            fmt::format("\"{}\" is full, nothing of the image was kept", store_dir));
    return error;
}

Result<AddedImage> add_image(store::Writer& store, int source, const std::string& run_dir,
                             const ImportOptions& options, Report& report) {
    struct stat st{};
    if (::fstat(source, &st) < 0) return base::errno_error("looking at the image", errno);
    const auto workspace = TRY(store.begin(trees_in_use(run_dir)));
    ImportContext context{store, workspace, options, report};
    auto image = TRY(import_any(context, source, S_ISDIR(st.st_mode)));
    // Only now its name is known, which rules may be about as well.
    if (options.verification.kind == store::kVerifiedByPolicy)
        TRY(store::check_accepted(image.record));
    add_tree_bytes(store, workspace, image);
    AddedImage added{.record = image.record, .notes = std::move(context.notes)};
    added.is_new = !store.reader().by_id(image.record.id);
    if (!added.is_new) added.notes.emplace_back("the image was in the store already");
    TRY(store.publish(workspace, image));
    return added;
}

Result<> import_image(int source, const std::string& store_dir, const std::string& run_dir,
                      const ImportOptions& options, Report& report) {
    struct stat st{};
    if (::fstat(source, &st) < 0) return base::errno_error("looking at the image", errno);
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode) && !S_ISFIFO(st.st_mode) &&
        !S_ISSOCK(st.st_mode))
        return Error{ErrorCode::kInvalidArgument,
                     "an image is a file, a pipe or the folder of an OCI layout"};
    // A folder comes from a registry, where a document is signed.
    if (options.signature && S_ISDIR(st.st_mode) != options.of_registry)
        return Error{ErrorCode::kInvalidArgument, options.of_registry
                                                      ? "an image of a registry comes as a folder"
                                                      : "only a file can have a signature"};
    const auto work = [&]() -> Result<> {
        auto store = TRY(store::Writer::open(store_dir));
        const auto added = TRY(add_image(store, source, run_dir, options, report));
        tell_imported(added.record);
        report.image(added.record.id, added.record.manifest.name.str(), added.notes);
        return {};
    };
    auto done = work();
    if (!done) return import_error(std::move(done).error(), store_dir);
    return {};
}

}  // namespace podd::importer
