// SPDX-License-Identifier: LGPL-2.1-or-later
// Standard output and error of an app: two journal streams of its own.
#pragma once

#include <string>

#include "base/result.h"

namespace podd::stage1 {

/// Replaces fds 1 and 2 where systemd has connected them to a journal, by streams to the same one
/// with priorities of their own; where a drop-in sends them elsewhere they stay, as standard input
/// does. Must run in the host's mount namespace. Source: sd_journal_stream_fd(3); systemd.exec(5),
/// LogNamespace=.
base::Result<> open_standard_streams(const std::string& identifier);

}  // namespace podd::stage1
