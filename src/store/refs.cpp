// SPDX-License-Identifier: LGPL-2.1-or-later
// Names of images: refs/<escaped name>.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/file.h"
#include "base/json.h"
#include "base/log.h"
#include "store/layout.h"
#include "store/steps.h"
#include "store/writer.h"

namespace podd::store {

using base::Durable;
using base::Error;
using base::ErrorCode;
using base::Resolve;
using base::Result;

namespace {

constexpr std::size_t kMaxRefBytes = std::size_t{1} << 20;

Result<Ref> read_ref(int dir_fd, const std::string& path) {
    auto text = base::read_file(dir_fd, path, kMaxRefBytes, Resolve::kNoSymlinks);
    if (!text) return std::move(text).error();
    auto json = base::Json::parse(*text);
    if (!json)
        return Error{ErrorCode::kCorrupt, fmt::format("\"{}\": {}", path, json.error().message())};
    return TRY_CONTEXT(ref_record(*json), "\"{}\"", path);
}

void warn_of(const Error& error) {
    base::log_line(
        base::LogLevel::kWarning,
        fmt::format("an image name cannot be read: {}; see 'podctl store fsck'", error.message()));
}

}  // namespace

Result<> Writer::add_ref(const ImageRecord& record) const {
    const auto& name = record.manifest.name.str();
    TRY(check_name(name));
    const auto path = ref_file(name);
    auto old = read_ref(dir_.get(), path);
    if (!old && old.error().code() == ErrorCode::kCorrupt) {
        warn_of(old.error());
        TRY(move_aside(path));
    } else if (!old && old.error().code() != ErrorCode::kNotFound) {
        return std::move(old).error();
    }
    Ref ref = old ? std::move(old).value() : Ref{.name = name, .images = {}};
    RefEntry entry{.id = record.id, .labels = record.manifest.labels};
    std::erase(ref.images, entry);
    ref.images.push_back(std::move(entry));
    return base::write_file(dir_.get(), path, to_json(ref).str(2) + "\n", 0600, Durable::kYes);
}

Result<> Writer::drop_refs(std::string_view id) const {
    const auto refs = TRY(open_dir(kRefsDir));
    for (const auto& name : TRY(base::list_dir(refs.get()))) {
        if (name.starts_with('.')) {  // of a write that was cut short
            TRY(base::remove_tree(refs.get(), name));
            continue;
        }
        auto known = read_ref(refs.get(), name);
        if (!known && known.error().code() == ErrorCode::kCorrupt) {
            warn_of(known.error());
            continue;
        }
        auto ref = TRY(std::move(known));
        if (std::erase_if(ref.images, [&](const RefEntry& entry) { return entry.id == id; }) == 0)
            continue;
        if (ref.images.empty())
            TRY(base::remove_tree(refs.get(), name));
        else
            TRY(base::write_file(refs.get(), name, to_json(ref).str(2) + "\n", 0600,
                                 Durable::kYes));
    }
    return sync_dir(refs.get());
}

// A crash between the record and its name leaves an image that only its id finds.
Result<> Writer::complete_refs() const {
    std::vector<Unreadable> unreadable;  // who collects says so
    for (const auto& record : TRY(reader_.list(&unreadable))) {
        const auto ref = read_ref(dir_.get(), ref_file(record.manifest.name.str()));
        const bool known =
            ref && std::any_of(ref->images.begin(), ref->images.end(),
                               [&](const RefEntry& entry) { return entry.id == record.id; });
        if (!known) TRY(add_ref(record));
    }
    return {};
}

}  // namespace podd::store
