// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetcher/options.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace podd::fetcher {

using base::Error;
using base::ErrorCode;
using base::Result;

const char kHelp[] =
    "fetcher --reference=docker://[REGISTRY/]REPOSITORY[:TAG][@DIGEST]\n"
    "    --directory=DIR [--require-digest]\n"
    "\n"
    "Fetches an image from a registry into the existing folder DIR, which becomes an\n"
    "OCI layout. podd runs it. What a cut fetch left in DIR is gone on with.\n"
    "With --require-digest an image that is named without a digest is refused.\n"
    "Says what it does as lines of JSON.\n";

namespace {

Error invalid(std::string message) {
    return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

}  // namespace

Result<CommandLine> parse_command_line(int argc, char** argv) {
    CommandLine line;
    line.help = argc < 2;
    for (int i = 1; i < argc; ++i) {
        const std::string_view argument = argv[i];
        const auto value = argument.substr(std::min(argument.find('=') + 1, argument.size()));
        if (argument == "--help" || argument == "-h")
            line.help = true;
        else if (argument.starts_with("--reference="))
            line.reference = TRY(schema::parse_docker_reference(value));
        else if (argument.starts_with("--directory="))
            line.directory = value;
        else if (argument == "--require-digest")
            line.need_digest = fetch::NeedDigest::kYes;
        else
            return invalid(fmt::format("\"{}\" is not understood here: see --help", argument));
    }
    if (line.help) return line;
    if (!line.reference) return invalid("--reference= is missing: see --help");
    if (line.directory.empty()) return invalid("--directory= is missing: see --help");
    return line;
}

}  // namespace podd::fetcher
