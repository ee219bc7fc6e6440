// SPDX-License-Identifier: LGPL-2.1-or-later
#include "records.h"

#include <cerrno>
#include <cstdio>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "base/log.h"

namespace podd::network_service {

using base::Result;

namespace {

constexpr std::string_view kEnding = ".json";
// No name of a pod has a dot.
constexpr const char* kSettings = ".settings";
constexpr mode_t kMode = 0640;  // for podd-resolve.service
constexpr std::size_t kMaxRecord = std::size_t{256} * 1024;

std::string file_of(const std::string& pod) {
    return pod + std::string{kEnding};
}

// No name of a pod has a dot.
std::string file_of(const network::Ipv4& ended) {
    return network::text(ended) + ".ended";
}

Result<network::Connection> read(int folder, const std::string& file) {
    const auto text = TRY(base::read_file(folder, file, kMaxRecord));
    return network::connection_from_json(TRY(base::Json::parse(text)));
}

Result<network::Settings> read_settings(int folder) {
    const auto text = TRY(base::read_file(folder, kSettings, kMaxRecord));
    return network::settings_from_json(TRY(base::Json::parse(text)));
}

}  // namespace

Result<Records> Records::open(const std::string& folder) {
    Records records;
    records.folder_ = TRY(base::open_path(folder, O_RDONLY | O_DIRECTORY));
    for (const auto& file : TRY(base::list_dir(records.folder_.get()))) {
        if (file == kSettings) {
            if (auto settings = read_settings(records.folder_.get())) {
                records.settings_ = *settings;
                continue;
            }
        }
        auto connection = read(records.folder_.get(), file);
        if (connection && file == file_of(connection->pod)) {
            records.pods_.emplace(connection->pod, std::move(*connection));
            continue;
        }
        if (connection && file == file_of(connection->ipv4)) {
            records.ended_.emplace(connection->ipv4, std::move(*connection));
            continue;
        }
        base::log_line(base::LogLevel::kWarning,
                       fmt::format("\"{}/{}\" is no record of a pod and is removed", folder, file));
        records.damaged_ = true;
        TRY(base::remove_tree(records.folder_.get(), file));
    }
    return records;
}

Result<> Records::keep(const network::Connection& connection) {
    TRY(base::write_file(folder_.get(), file_of(connection.pod), to_json(connection).str(), kMode));
    pods_.insert_or_assign(connection.pod, connection);
    return {};
}

Result<> Records::keep_settings(const network::Settings& settings) {
    TRY(base::write_file(folder_.get(), kSettings, to_json(settings).str(), kMode));
    settings_ = settings;
    return {};
}

Result<> Records::remove_settings() {
    if (!settings_) return {};
    TRY(base::remove_tree(folder_.get(), kSettings));
    settings_.reset();
    return {};
}

Result<> Records::end(const std::string& pod) {
    const auto found = pods_.find(pod);
    if (found == pods_.end()) return {};
    const auto from = file_of(pod);
    const auto to = file_of(found->second.ipv4);
    if (::renameat(folder_.get(), from.c_str(), folder_.get(), to.c_str()) < 0)
        return base::errno_error(fmt::format("renaming \"{}\" to \"{}\"", from, to), errno);
    ended_.insert_or_assign(found->second.ipv4, std::move(found->second));
    pods_.erase(found);
    return {};
}

Result<> Records::remove_ended() {
    while (!ended_.empty()) {
        TRY(base::remove_tree(folder_.get(), file_of(ended_.begin()->first)));
        ended_.erase(ended_.begin());
    }
    return {};
}

}  // namespace podd::network_service
