// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/xattrs.h"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

#include <sys/xattr.h>

#include "archive/attributes.h"
#include "base/hash.h"

namespace podd::archive {

using base::Result;

namespace {

constexpr std::size_t kMaxBytes = 65536;  // XATTR_LIST_MAX and XATTR_SIZE_MAX

}  // namespace

Result<Xattrs> read_xattrs(int fd, bool (*wanted)(std::string_view name)) {
    Xattrs xattrs;
    ssize_t length = ::flistxattr(fd, nullptr, 0);
    if (length == 0 || (length < 0 && errno == ENOTSUP)) return xattrs;  // most have none
    std::string names(kMaxBytes, '\0');
    if (length > 0) length = ::flistxattr(fd, names.data(), names.size());
    if (length < 0) return base::errno_error("listing its attributes", errno);
    std::string value;
    for (const char* name = names.data(); name < names.data() + length;
         name += std::string_view{name}.size() + 1) {
        if (!wanted(name)) continue;
        value.resize(kMaxBytes);
        const ssize_t n = ::fgetxattr(fd, name, value.data(), value.size());
        if (n < 0)
            return base::errno_error(fmt::format("reading its attribute \"{}\"", name), errno);
        xattrs.emplace_back(name, value.substr(0, static_cast<std::size_t>(n)));
    }
    std::sort(xattrs.begin(), xattrs.end());
    return xattrs;
}

bool is_of_tree(std::string_view name) {
    return keep_xattr(name) || name == kOpaque;
}

Result<std::string> xattr_digest(int fd) {
    const auto xattrs = TRY(read_xattrs(fd, is_of_tree));
    if (xattrs.empty()) return std::string{};
    base::Hash hash{base::HashAlgorithm::kSha256};
    for (const auto& [name, value] : xattrs) {
        // Sizes, so that no value can look like the next name.
        hash.update(fmt::format("{} {} ", name, value.size()));
        hash.update(value);
    }
    return hash.finish_hex();
}

}  // namespace podd::archive
