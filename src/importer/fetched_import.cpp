// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/fetched_import.h"

#include <cerrno>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "importer/image_import.h"
#include "importer/in_use.h"
#include "importer/life_cycle.h"
#include "store/writer.h"

namespace podd::importer {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kAci = "image.aci";

class Imports {
public:
    Imports(store::Writer& store, const CommandLine& line, Report& report)
        : store_{store}, line_{line}, report_{report} {}

    /// The last one.
    Result<AddedImage> add_all(int folders) {
        std::optional<AddedImage> last;
        for (const auto& aci : line_.fetched) {
            const auto& wanted = aci.options.wanted;
            last = TRY_CONTEXT(add(folders, aci), "image \"{}\"",
                               wanted ? wanted->name.str() : aci.folder);
            if (last->is_new) added_.push_back(last->record);
        }
        if (!last) return Error{ErrorCode::kInvalidArgument, "no image to import"};
        return *std::move(last);
    }

    /// What cannot be taken back, because a pod has begun to use it or somebody imports, is a whole
    /// image that was verified.
    void take_back() {
        for (auto image = added_.rbegin(); image != added_.rend(); ++image) {
            const auto removed = store_.remove(image->id, unless_in_use(line_.run_dir));
            if (!removed)
                base::log_line(
                    base::LogLevel::kWarning,
                    fmt::format("image {} stays, although nothing that needs it came: {}",
                                image->id, removed.error().message()));
        }
    }

    const std::vector<store::ImageRecord>& added() const { return added_; }

private:
    Result<AddedImage> add(int folders, const FetchedAci& aci) {
        const auto file = TRY(open_fetched(folders, aci.folder));
        return add_image(store_, file.get(), line_.run_dir, aci.options, report_);
    }

    store::Writer& store_;
    const CommandLine& line_;
    Report& report_;
    std::vector<store::ImageRecord> added_;
};

}  // namespace

Result<UniqueFd> open_fetched(int folders, const std::string& folder) {
    auto file = TRY(base::open_at(folders, fmt::format("{}/{}", folder, kAci),
                                  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0,
                                  base::Resolve::kNoSymlinks));
    struct stat st{};
    if (::fstat(file.get(), &st) < 0) return base::errno_error("looking at the image", errno);
    if (S_ISREG(st.st_mode)) return file;
    return Error{ErrorCode::kInvalidArgument, "what was fetched is no file"};
}

Result<> import_fetched(int folders, const CommandLine& line, Report& report) {
    auto store = TRY(store::Writer::open(line.store));
    Imports imports{store, line, report};
    auto done = imports.add_all(folders);
    if (!done) {
        imports.take_back();
        return import_error(std::move(done).error(), line.store);
    }
    for (const auto& image : imports.added())
        if (image.id != done->record.id) tell_imported(image);
    tell_imported(done->record);
    report.image(done->record.id, done->record.manifest.name.str(), done->notes);
    return {};
}

Result<> renew_image(const CommandLine& line, const Report& report) {
    const auto store = TRY(store::Writer::open(line.store));
    const auto record = TRY(store.reader().by_id(line.ids.front()));
    if (line.import.origin) TRY(store.renew(record.id, *line.import.origin));
    store.reader().note_use(record.id);
    report.image(record.id, record.manifest.name.str(), {"the image is up to date"});
    return {};
}

}  // namespace podd::importer
