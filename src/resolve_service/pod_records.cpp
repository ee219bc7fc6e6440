// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pod_records.h"

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <net/if.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

namespace podd::resolve_service {

using base::Result;
using network::Connection;

namespace {

constexpr std::string_view kEnding = ".json";
constexpr std::size_t kMaxRecord = std::size_t{256} * 1024;
// A record is renamed to its name when it is whole.
constexpr std::uint32_t kChanges =
    IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

Result<Connection> read_record(int folder, const std::string& file) {
    const auto text = TRY(base::read_file(folder, file, kMaxRecord));
    return network::connection_from_json(TRY(base::Json::parse(text)));
}

Result<std::vector<Connection>> read_all(const std::string& folder) {
    std::vector<Connection> pods;
    const auto directory = TRY(base::open_path(folder, O_RDONLY | O_DIRECTORY));
    for (const auto& file : TRY(base::list_dir(directory.get()))) {
        if (!file.ends_with(kEnding) || base::is_temporary_name(file)) continue;
        auto record = read_record(directory.get(), file);
        if (record) {
            pods.push_back(std::move(*record));
            continue;
        }
        // Removed in between: that will be seen.
        if (record.error().code() == base::ErrorCode::kNotFound) continue;
        base::log_line(base::LogLevel::kWarning,
                       fmt::format("\"{}/{}\": the pod's name does not resolve: {}", folder, file,
                                   record.error().message()));
    }
    return pods;
}

}  // namespace

Result<PodRecords> PodRecords::open(std::string folder) {
    PodRecords records;
    records.folder_ = std::move(folder);
    records.changes_.reset(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!records.changes_) return base::errno_error("watching the records of pods", errno);
    return records;
}

bool PodRecords::is_changed() {
    alignas(inotify_event) std::array<char, 4096> events{};
    bool changed = !watched_;
    for (;;) {
        const auto size = ::read(changes_.get(), events.data(), events.size());
        if (size <= 0) return changed;
        changed = true;
        for (ssize_t at = 0; at < size;) {
            const auto& event = *reinterpret_cast<const inotify_event*>(events.data() + at);
            if ((event.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) watched_ = false;
            at += static_cast<ssize_t>(sizeof event + event.len);
        }
    }
}

void PodRecords::read() {
    // First: what changes from here is seen the next time.
    if (!watched_) watched_ = ::inotify_add_watch(changes_.get(), folder_.c_str(), kChanges) >= 0;
    auto pods = read_all(folder_);
    if (!pods) {
        watched_ = false;
        base::log_line(base::LogLevel::kError,
                       fmt::format("names of pods do not resolve: {}", pods.error().message()));
    }
    pods_ = resolve::Pods{pods ? std::move(*pods) : std::vector<Connection>{}};
}

const resolve::Pods& PodRecords::now() {
    if (is_changed()) read();
    return pods_;
}

bool is_live(const Connection& pod) {
    std::array<char, IF_NAMESIZE> name{};
    return ::if_indextoname(pod.interface, name.data()) != nullptr &&
           network::link_name(pod.pod) == name.data();
}

}  // namespace podd::resolve_service
