// SPDX-License-Identifier: LGPL-2.1-or-later
#include "key.h"

#include <cerrno>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/random.h>

#include "base/file.h"
#include "metadata/signature.h"

namespace podd::metadata_service {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr const char* kName = "key";

Result<std::string> new_key(int directory) {
    std::string key(metadata::kKeyBytes, '\0');
    if (::getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
        return base::errno_error("getting random bytes", errno);
    TRY(base::write_file(directory, kName, key, 0600, base::Durable::kYes));
    return key;
}

}  // namespace

Result<std::string> signing_key(const std::string& state_directory) {
    const auto directory = TRY(base::open_path(state_directory, O_RDONLY | O_DIRECTORY));
    auto key = base::read_file(directory.get(), kName, metadata::kKeyBytes);
    if (!key && key.error().code() == ErrorCode::kNotFound) return new_key(directory.get());
    if (key && key->size() != metadata::kKeyBytes)
        return Error{ErrorCode::kCorrupt,
                     fmt::format("\"{}/{}\" is no key; without the file a new one is made, and no "
                                 "signature of before is valid any more",
                                 state_directory, kName)};
    return key;
}

}  // namespace podd::metadata_service
