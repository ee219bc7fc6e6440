// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line of the fetcher.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "fetch/aci.h"
#include "fetch/image.h"
#include "schema/docker_reference.h"

namespace podd::fetcher {

struct CommandLine {
    bool help = false;
    // Unless `help` or `tidy`, one of these three is set.
    std::optional<schema::DockerReference> reference{};
    std::optional<fetch::AciSource> aci{};
    std::string keys{};  // a URL, or a prefix of names

    std::string directory{};
    fetch::NeedDigest need_digest = fetch::NeedDigest::kNo;
    fetch::PlainHttp plain = fetch::PlainHttp::kWhereInsecure;
    fetch::WantSignature want_signature = fetch::WantSignature::kYes;
    std::string signature_url{};
    std::string if_none_match{};
    std::uint64_t max_bytes = std::uint64_t{64} << 30;
    bool files = false;       // come over standard input
    bool signatures = false;  // are to be found, and written to the second of them
    std::optional<schema::Digest> known{};
    bool tidy = false;  // the folder, and nothing else
};

/// Of URLs that are given as "-", what standard input says. Errors: kInvalidArgument, kIo.
base::Result<CommandLine> parse_command_line(int argc, char** argv);
extern const char kHelp[];

}  // namespace podd::fetcher
