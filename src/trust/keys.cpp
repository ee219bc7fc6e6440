// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/keys.h"

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::trust {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kRootFolder = "root.d";
constexpr std::string_view kPrefixFolder = "prefix.d";

// Who may change the keys may sign any image.
Result<> check_owner(const struct stat& st, const std::string& path) {
    // An unprivileged reader acts for nobody but itself.
    if (::geteuid() != 0 || (st.st_uid == 0 && (st.st_mode & 0022) == 0)) return {};
    return Error{ErrorCode::kDenied,
                 fmt::format("\"{}\" belongs to uid {} and has mode {:04o}; wanted one that only "
                             "root can write",
                             path, st.st_uid, st.st_mode & 07777)};
}

// Nothing where there is no such file, or something that can be no key.
Result<std::optional<KeyState>> state_of(const std::string& path) {
    struct stat st{};
    if (::stat(path.c_str(), &st) < 0) {
        if (errno == ENOENT || errno == ENOTDIR) return std::optional<KeyState>{};
        return base::errno_error(fmt::format("looking at \"{}\"", path), errno);
    }
    if (S_ISCHR(st.st_mode)) return std::optional{KeyState::kMasked};  // a link to /dev/null
    if (!S_ISREG(st.st_mode)) return std::optional<KeyState>{};
    TRY(check_owner(st, path));
    return std::optional{st.st_size == 0 ? KeyState::kMasked : KeyState::kTrusted};
}

Result<std::vector<std::string>> names_in(const std::string& path) {
    const auto fd = base::open_path(path, O_RDONLY | O_DIRECTORY);
    if (!fd && fd.error().code() == ErrorCode::kNotFound) return std::vector<std::string>{};
    if (!fd) return fd.error();
    struct stat st{};
    if (::fstat(fd->get(), &st) < 0)
        return base::errno_error(fmt::format("looking at \"{}\"", path), errno);
    TRY(check_owner(st, path));
    return base::list_dir(fd->get());
}

// By prefix and fingerprint; what is there already stays.
using Found = std::map<std::pair<std::string, std::string>, KeyFile>;

Result<> add_folder(Found& found, const std::string& folder, const std::string& prefix) {
    for (const auto& name : TRY(names_in(folder))) {
        if (!is_fingerprint(name)) continue;
        const auto path = fmt::format("{}/{}", folder, name);
        if (const auto state = TRY(state_of(path)))
            found.emplace(std::pair{prefix, name}, KeyFile{name, prefix, path, *state});
    }
    return {};
}

Result<> add_directory(Found& found, const std::string& directory) {
    TRY(add_folder(found, fmt::format("{}/{}", directory, kRootFolder), ""));
    const auto prefixes = fmt::format("{}/{}", directory, kPrefixFolder);
    for (const auto& folder : TRY(names_in(prefixes)))
        TRY(add_folder(found, fmt::format("{}/{}", prefixes, folder), unescape_prefix(folder)));
    return {};
}

// Whether the key is trusted at this one place.
Result<bool> is_trusted_at(const KeyDirectories& directories, std::string_view fingerprint,
                           std::string_view prefix) {
    const auto file = key_file(fingerprint, prefix);
    for (const auto& directory : {directories.local, directories.vendor})
        if (const auto state = TRY(state_of(fmt::format("{}/{}", directory, file))))
            return *state == KeyState::kTrusted;
    return false;
}

}  // namespace

bool is_fingerprint(std::string_view text) {
    return (text.size() == 40 || text.size() == 64) && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
           });
}

std::string escape_prefix(std::string_view prefix) {
    std::string folder{prefix};
    std::ranges::replace(folder, '/', '%');
    return folder;
}

std::string unescape_prefix(std::string_view folder) {
    std::string prefix{folder};
    std::ranges::replace(prefix, '%', '/');
    return prefix;
}

bool is_prefix_of(std::string_view prefix, std::string_view name) {
    if (prefix.empty()) return true;
    return name.starts_with(prefix) && (name.size() == prefix.size() || name[prefix.size()] == '/');
}

std::string key_file(std::string_view fingerprint, std::string_view prefix) {
    if (prefix.empty()) return fmt::format("{}/{}", kRootFolder, fingerprint);
    return fmt::format("{}/{}/{}", kPrefixFolder, escape_prefix(prefix), fingerprint);
}

Result<std::vector<KeyFile>> list_keys(const KeyDirectories& directories) {
    Found found;
    TRY(add_directory(found, directories.local));
    TRY(add_directory(found, directories.vendor));
    std::vector<KeyFile> keys;
    keys.reserve(found.size());
    for (auto& [place, key] : found)
        keys.push_back(std::move(key));
    return keys;
}

std::vector<KeyFile> trusted_keys(std::vector<KeyFile> keys) {
    std::erase_if(keys, [](const KeyFile& key) { return key.state != KeyState::kTrusted; });
    return keys;
}

std::vector<KeyFile> trusted_keys_of(std::vector<KeyFile> keys, std::string_view name) {
    std::erase_if(keys, [&](const KeyFile& key) {
        return key.state != KeyState::kTrusted || !is_prefix_of(key.prefix, name);
    });
    return keys;
}

bool is_trusted(const std::vector<KeyFile>& keys, std::string_view fingerprint,
                std::string_view name) {
    return std::ranges::any_of(keys, [&](const KeyFile& key) {
        return key.state == KeyState::kTrusted && key.fingerprint == fingerprint &&
               is_prefix_of(key.prefix, name);
    });
}

Result<> check_trusted(std::string_view fingerprint, std::string_view name,
                       const KeyDirectories& directories) {
    // Both become paths.
    if (!is_fingerprint(fingerprint) || name.empty() || name.starts_with('/'))
        return Error{ErrorCode::kUntrusted,
                     fmt::format("image \"{}\": \"{}\" is no fingerprint of a key that could have "
                                 "signed it",
                                 name, fingerprint)};
    for (std::size_t end = 0; end != std::string_view::npos;) {
        if (TRY(is_trusted_at(directories, fingerprint, name.substr(0, end)))) return {};
        if (end == name.size()) break;
        end = std::min(name.find('/', end + 1), name.size());
    }
    return Error{ErrorCode::kUntrusted,
                 fmt::format("image \"{0}\" is signed by key {1}, which is not trusted for that "
                             "name\nhint: if it should be: podctl trust --prefix={0} KEYFILE",
                             name, fingerprint)};
}

}  // namespace podd::trust
