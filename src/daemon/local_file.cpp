// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/local_file.h"

#include <cerrno>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/printable.h"

namespace podd::daemon {

using base::Error;
using base::ErrorCode;
using base::Result;
using Signature = LocalFile::Signature;

namespace {

Error untrusted(std::string message) {
    return {ErrorCode::kUntrusted, std::move(message)};
}

Error nobody_says(const LocalFile& file) {
    return untrusted(
        fmt::format("\"{0}\" is a local file, and nothing says that it can be "
                    "trusted\nhint: to accept it, run: podctl import {1}",
                    file.path, base::shell_word(file.path)));
}

store::Verification verification(std::string_view kind, uid_t caller, std::string reference,
                                 std::string rule) {
    return {std::string{kind}, fmt::format("uid {}", caller), std::move(reference),
            std::move(rule)};
}

}  // namespace

Result<LocalAcceptance> accept_file(const LocalFile& file, const trust::Policy& policy,
                                    uid_t caller) {
    if (!trust::is_place(file.path))
        return Error{ErrorCode::kInvalidArgument,
                     fmt::format("found place {}, wanted an absolute path without \"..\"",
                                 base::printable(file.path))};
    const auto* rule = policy.find(file.path);
    const auto accept = policy.accept(file.path);
    if (accept == trust::Accept::kNone)
        return untrusted(fmt::format("\"{}\" is refused by {}", file.path, trust::describe(*rule)));
    if (file.signature == Signature::kNamed) return LocalAcceptance{};
    if (accept == trust::Accept::kUnsigned && file.digest.empty())
        return LocalAcceptance{
            verification(store::kVerifiedByPolicy, caller, file.path, trust::describe(*rule))};
    if (!file.digest.empty() && accept != trust::Accept::kSigned)
        return LocalAcceptance{verification(store::kVerifiedByDigest, caller,
                                            fmt::format("{}@{}", file.path, file.digest), {})};
    if (file.signature == Signature::kBeside) return LocalAcceptance{};
    if (accept == trust::Accept::kSigned)
        return untrusted(fmt::format("\"{}\" has no signature, which {} asks for", file.path,
                                     trust::describe(*rule)));
    return nobody_says(file);
}

Result<> check_lies_at(int fd, const std::string& path) {
    struct stat given{};
    if (::fstat(fd, &given) < 0) return base::errno_error("looking at the file", errno);
    const auto root = TRY(base::open_path("/", O_PATH | O_DIRECTORY));
    const auto place =
        base::open_at(root.get(), path.substr(1), O_PATH, 0, base::Resolve::kNoSymlinks);
    if (!place)
        return untrusted(
            fmt::format("podd does not see what lies at \"{}\" ({}); it sees nothing "
                        "of /home, /root, /run/user, /tmp and /var/tmp",
                        path, place.error().message()));
    struct stat found{};
    if (::fstat(place->get(), &found) < 0) return base::errno_error("looking at the place", errno);
    if (given.st_dev == found.st_dev && given.st_ino == found.st_ino) return {};
    return untrusted(fmt::format("the file that was given is not the one at \"{}\"", path));
}

}  // namespace podd::daemon
