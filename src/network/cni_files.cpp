// SPDX-License-Identifier: LGPL-2.1-or-later
#include "network/cni_files.h"

#include <cerrno>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config_file.h"
#include "base/file.h"

namespace podd::network {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

Result<std::optional<CniNetwork>> read_network(const std::string& path) {
    const auto text = TRY(base::read_config_text(path));
    if (!text) return std::optional<CniNetwork>{};
    auto network = TRY(parse_cni_network(*text));
    return std::optional{std::move(network)};
}

Error not_found(const std::vector<CniFile>& files, std::string_view name) {
    std::string broken;
    for (const auto& file : files)
        if (!file.network)
            broken +=
                fmt::format("; \"{}\" is broken: {}", file.path, file.network.error().message());
    return Error{ErrorCode::kNotFound,
                 fmt::format("found no network \"{}\", wanted one that a file in {} describes{}",
                             name, cni_directories().front(), broken)};
}

bool is_safe(const struct stat& st) {
    // An unprivileged reader acts for nobody but itself.
    return ::geteuid() != 0 || (st.st_uid == 0 && (st.st_mode & 0022U) == 0);
}

Result<> check_plugin_file(int folder, const std::string& type, const std::string& path) {
    struct stat above{};
    struct stat st{};
    const auto fd = TRY(base::open_at(folder, type, O_PATH));
    if (::fstat(folder, &above) < 0 || ::fstat(fd.get(), &st) < 0)
        return base::errno_error(fmt::format("looking at \"{}\"", path), errno);
    if (!S_ISREG(st.st_mode) || (st.st_mode & 0111U) == 0)
        return Error{ErrorCode::kDenied, fmt::format("\"{}\" is no program", path)};
    if (!is_safe(above) || !is_safe(st))
        return Error{
            ErrorCode::kDenied,
            fmt::format("\"{}\" is not run: others than root can write it or its folder", path)};
    return {};
}

}  // namespace

std::vector<std::string> cni_directories() {
    return {"/etc/podd/net.d", "/run/podd/net.d", "/usr/lib/podd/net.d"};
}

Result<std::vector<CniFile>> read_cni_files(const std::vector<std::string>& directories) {
    std::vector<CniFile> files;
    for (auto& path : TRY(base::list_config_files(directories, {".conf", ".conflist"}))) {
        auto network = read_network(path);
        if (!network)
            files.push_back({std::move(path), std::move(network).error()});
        else if (auto& described = *network)
            files.push_back({std::move(path), *std::move(described)});
    }
    return files;
}

Result<CniNetwork> find_cni_network(const std::vector<CniFile>& files, std::string_view name) {
    const CniFile* found = nullptr;
    for (const auto& file : files) {
        if (!file.network || file.network->name != name) continue;
        if (found != nullptr)
            return Error{ErrorCode::kConflict,
                         fmt::format("network \"{}\" is described twice: in \"{}\" and "
                                     "in \"{}\"",
                                     name, found->path, file.path)};
        found = &file;
    }
    if (found == nullptr) return not_found(files, name);
    return *found->network;
}

Result<std::string> find_plugin(const std::vector<std::string>& folders, const std::string& type) {
    for (const auto& folder : folders) {
        const auto fd = base::open_path(folder, O_PATH | O_DIRECTORY);
        if (!fd) continue;
        auto path = fmt::format("{}/{}", folder, type);
        auto checked = check_plugin_file(fd->get(), type, path);
        if (checked) return path;
        if (checked.error().code() != ErrorCode::kNotFound) return checked.error();
    }
    return Error{ErrorCode::kNotFound,
                 fmt::format("there is no plugin \"{}\" in {}; plugins come with the package "
                             "containernetworking-plugins, others need PluginFolders= in "
                             "/etc/podd/network.conf",
                             type, fmt::join(folders, ", "))};
}

}  // namespace podd::network
