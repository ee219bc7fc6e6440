// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line of the fetcher.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "fetch/image.h"
#include "schema/docker_reference.h"

namespace podd::fetcher {

struct CommandLine {
    bool help = false;
    std::optional<schema::DockerReference> reference;  // set unless `help`
    std::string directory;
    fetch::NeedDigest need_digest = fetch::NeedDigest::kNo;
};

/// Errors: kInvalidArgument.
base::Result<CommandLine> parse_command_line(int argc, char** argv);
extern const char kHelp[];

}  // namespace podd::fetcher
