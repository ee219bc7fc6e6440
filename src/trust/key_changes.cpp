// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/key_changes.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace podd::trust {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

// Everybody may read what is trusted, whatever the umask of the writer.
Result<UniqueFd> folder(int parent, const std::string& name) {
    auto fd = TRY(base::open_or_make_dir(parent, name, 0755));
    if (::fchmod(fd.get(), 0755) < 0)
        return base::errno_error(fmt::format("setting the mode of \"{}\"", name), errno);
    return fd;
}

// The folder of the key's file, below the administrator's.
Result<UniqueFd> folder_of(const KeyDirectories& directories, const std::string& file) {
    auto fd = TRY(base::open_path(directories.local, O_RDONLY | O_DIRECTORY));
    for (std::size_t begin = 0, slash = 0; (slash = file.find('/', begin)) != std::string::npos;
         begin = slash + 1)
        fd = TRY(folder(fd.get(), file.substr(begin, slash - begin)));
    return fd;
}

bool is_there(const std::string& path) {
    struct stat st{};
    return ::stat(path.c_str(), &st) == 0;
}

}  // namespace

Result<std::string> trust_key(std::string_view fingerprint, std::string_view prefix,
                              std::string_view armored, const KeyDirectories& directories) {
    const auto file = key_file(fingerprint, prefix);
    const auto dir = TRY(folder_of(directories, file));
    TRY(base::write_file(dir.get(), std::string{fingerprint}, armored, 0644, base::Durable::kYes));
    return fmt::format("{}/{}", directories.local, file);
}

Result<> distrust_key(std::string_view fingerprint, std::string_view prefix,
                      const KeyDirectories& directories) {
    const auto file = key_file(fingerprint, prefix);
    const auto local = fmt::format("{}/{}", directories.local, file);
    struct stat st{};
    const bool has_local = ::stat(local.c_str(), &st) == 0;
    const bool masked = has_local && (S_ISCHR(st.st_mode) || st.st_size == 0);
    const bool has_vendor = is_there(fmt::format("{}/{}", directories.vendor, file));
    if (masked || (!has_local && !has_vendor))
        return Error{ErrorCode::kNotFound,
                     prefix.empty()
                         ? fmt::format("key {} is not trusted for all images", fingerprint)
                         : fmt::format("key {} is not trusted for \"{}\"", fingerprint, prefix)};
    const auto dir = TRY(folder_of(directories, file));
    const std::string name{fingerprint};
    if (has_vendor) return base::write_file(dir.get(), name, "", 0644, base::Durable::kYes);
    if (::unlinkat(dir.get(), name.c_str(), 0) < 0)
        return base::errno_error(fmt::format("removing \"{}\"", local), errno);
    if (::fsync(dir.get()) < 0) return base::errno_error("flushing the folder", errno);
    // Its folder goes with the last key in it.
    if (!prefix.empty()) (void)::rmdir(local.substr(0, local.rfind('/')).c_str());
    return {};
}

}  // namespace podd::trust
