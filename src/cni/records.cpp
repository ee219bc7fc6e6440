// SPDX-License-Identifier: LGPL-2.1-or-later
#include "records.h"

#include <cerrno>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/lock.h"
#include "base/log.h"

namespace podd::cni {

using base::Result;
using network::Attachments;

Result<Records> Records::open() {
    const auto parent = TRY(base::open_path(network::kCniRecordParent, O_PATH | O_DIRECTORY));
    const auto folder = TRY(base::open_or_make_dir(parent.get(), network::kCniRecordFolder, 0700));
    auto readable = TRY(base::open_at(folder.get(), ".", O_RDONLY | O_DIRECTORY));
    return Records{std::move(readable)};
}

Result<> Records::keep(const Attachments& attachments) {
    return base::write_file(folder_.get(), network::cni_record_file(attachments.uuid),
                            to_json(attachments).str(), 0600, base::Durable::kYes);
}

Result<> Records::remove(const Attachments& attachments) {
    return base::remove_tree(folder_.get(), network::cni_record_file(attachments.uuid));
}

std::vector<std::string> Records::uuids() const {
    std::vector<std::string> uuids;
    const auto names = base::list_dir(folder_.get());
    if (!names) return uuids;
    for (const auto& name : *names)
        if (name.ends_with(network::kCniRecordEnding) && !name.starts_with('.'))
            uuids.push_back(name.substr(0, name.size() - network::kCniRecordEnding.size()));
    return uuids;
}

std::optional<Attachments> Records::look(const std::string& uuid) const {
    const auto text =
        base::read_file(folder_.get(), network::cni_record_file(uuid), network::kMaxCniRecord);
    auto attachments = text ? network::parse_attachments(*text) : text.error();
    if (!attachments) return std::nullopt;
    return std::move(*attachments);
}

Result<std::optional<Records::Record>> Records::take(const std::string& uuid, const Wish& wish) {
    auto file = base::open_at(folder_.get(), network::cni_record_file(uuid), O_RDONLY);
    if (!file && file.error().code() == base::ErrorCode::kNotFound) return std::optional<Record>{};
    Record record;
    record.lock = TRY(std::move(file));
    if (!TRY(base::lock_within(record.lock.get(), wish.kind, wish.patience)))
        return base::Error{base::ErrorCode::kUnavailable,
                           fmt::format("\"{}/{}/{}\" is in use: its plugins are being asked",
                                       network::kCniRecordParent, network::kCniRecordFolder,
                                       network::cni_record_file(uuid))};
    struct stat st{};
    if (::fstat(record.lock.get(), &st) < 0) return base::errno_error("looking at a record", errno);
    // Whoever had it before has removed or replaced it.
    if (st.st_nlink == 0) return std::optional<Record>{};
    auto attachments =
        network::parse_attachments(TRY(base::read_all(record.lock.get(), network::kMaxCniRecord)));
    if (!attachments) {
        base::log_line(
            base::LogLevel::kWarning,
            fmt::format("\"{}/{}/{}\" is no record of a pod's networks and is removed: {}",
                        network::kCniRecordParent, network::kCniRecordFolder,
                        network::cni_record_file(uuid), attachments.error().message()));
        TRY(base::remove_tree(folder_.get(), network::cni_record_file(uuid)));
        return std::optional<Record>{};
    }
    record.attachments = std::move(*attachments);
    return std::optional{std::move(record)};
}

}  // namespace podd::cni
