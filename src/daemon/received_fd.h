// SPDX-License-Identifier: LGPL-2.1-or-later
// Descriptors that came over the bus: whose, of what, and how much one may wait for them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "base/result.h"
#include "base/unique_fd.h"
#include "client/sdbus_compat.h"

namespace podd::daemon {

/// A copy with O_CLOEXEC, which sdbus-c++ loses. Errors: kInvalidArgument, kIo.
base::Result<base::UniqueFd> take_fd(const sdbus::UnixFd& fd);

/// Where a manifest may come from. Reading a file can take for ever (a FUSE mount of the caller's,
/// a network file system), and the service has one thread: only who is as good as root may give
/// one.
enum class Source : unsigned char { kSealed, kSealedOrFile };

/// The whole text, from its beginning. Errors: kInvalidArgument: not readable, not a file, not
/// sealed, over 4 MiB.
base::Result<std::string> read_manifest(int fd, Source source);

/// Whether `fd` can be the file of an image: open for reading; a regular file or pipe, or a folder
/// from root. An O_PATH descriptor or somebody else's folder would be read with the importer's
/// rights instead of the caller's. Errors: kInvalidArgument, kDenied.
base::Result<> check_image_fd(int fd, uid_t caller);

/// Whether findings can be written to `fd`: a memory file (memfd_create(2)), which makes no writer
/// wait, open for writing and not sealed. Errors: kInvalidArgument.
base::Result<> check_report_fd(int fd);

/// Whether an image can be written to `fd`: a file or pipe, open for writing. Errors:
/// kInvalidArgument.
base::Result<> check_export_fd(int fd);

/// Whether `fd` is a sealed memory file, which is read at once and does not change; rewinds it.
/// `what` is the subject of the message. Errors: kInvalidArgument.
base::Result<> check_sealed_fd(int fd, std::string_view what);

/// For another process to read: a sealed memory file that holds this text. Errors: kIo.
base::Result<base::UniqueFd> sealed_text(const char* name, std::string_view text);
/// For another process: `fd` is handed over as it is.
sdbus::UnixFd give_fd(base::UniqueFd fd);
/// Two ends. Errors: kIo.
base::Result<std::pair<base::UniqueFd, base::UniqueFd>> socket_pair();
/// The same of several: the socket that it finds them in, in one message with this text.
base::Result<base::UniqueFd> socket_with(std::string_view text, const std::vector<int>& fds);

}  // namespace podd::daemon
