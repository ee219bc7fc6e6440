// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetcher/options.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <unistd.h>

#include "base/file.h"
#include "base/number.h"
#include "fetch/header_values.h"
#include "schema/json_node.h"

namespace podd::fetcher {

using base::Error;
using base::ErrorCode;
using base::Result;

const char kHelp[] =
    "fetcher --reference=docker://[REGISTRY/]REPOSITORY[:TAG][@DIGEST]\n"
    "    --directory=DIR [--require-digest] [--known=DIGEST] [--files [--signatures]]\n"
    "fetcher --reference=https://HOST/FILE.aci|appc:NAME[:VERSION][,LABEL=VALUE...]\n"
    "    --directory=DIR [--allow-http] [--signature=URL|--no-signature]\n"
    "    [--if-none-match=ETAG] [--max-bytes=N]\n"
    "fetcher --keys=URL|PREFIX --directory=DIR [--allow-http]\n"
    "fetcher --tidy --directory=DIR\n"
    "\n"
    "Fetches an image into the existing folder DIR. podd runs it. One of a registry\n"
    "becomes an OCI layout there, an ACI the files image.aci and, when there is a\n"
    "signature, image.aci.asc; keys become keys/0.asc and so on.\n"
    "What a cut fetch left in DIR is gone on with.\n"
    "Others can read a command line: \"-\" for a URL stands for the next line of standard\n"
    "input, in the order of the options.\n"
    "With --require-digest an image that is named without a digest is refused.\n"
    "With --known nothing is fetched when the reference leads to that manifest.\n"
    "With --files standard input is a socket that brings files in one message: digests\n"
    "of layers that need not be fetched, one on each line, and with --signatures one\n"
    "that the image's signatures are written to; an image without one is refused.\n"
    "Before the first layer it says which it would fetch, and waits for another message:\n"
    "it may have a file with digests of layers that have come meanwhile.\n"
    "With --tidy what a fetch has left goes that will not be gone on with, as the\n"
    "variables of ExecStopPost= in systemd.exec(5) say how it ended.\n"
    "Says what it does as lines of JSON.\n";

namespace {

Error invalid(std::string message) {
    return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

// "--name=" in front of `argument` goes, and that is said.
bool is_option(std::string_view& argument, std::string_view name) {
    if (!argument.starts_with(name)) return false;
    argument.remove_prefix(name.size());
    return true;
}

// What is written as "-" comes over standard input, one on each line.
class Input {
public:
    Result<std::string> value(std::string_view argument) {
        if (argument != "-") return std::string{argument};
        constexpr std::size_t kMaxInput = std::size_t{64} << 10;
        if (!text_) text_ = TRY_CONTEXT(base::read_all(STDIN_FILENO, kMaxInput), "standard input");
        const auto end = text_->find('\n');
        if (end == std::string::npos) return invalid("a line of standard input is missing");
        auto line = text_->substr(0, end);
        text_->erase(0, end + 1);
        return line;
    }
    bool is_used() const { return text_.has_value(); }

private:
    std::optional<std::string> text_;
};

Result<> set_reference(CommandLine& line, std::string_view text) {
    if (fetch::is_aci_source(text))
        line.aci = TRY(fetch::parse_aci_source(text));
    else
        line.reference = TRY(schema::parse_docker_reference(text));
    return {};
}

Result<> set_value(CommandLine& line, std::string_view argument, Input& input) {
    const auto whole = argument;
    if (is_option(argument, "--reference=")) return set_reference(line, TRY(input.value(argument)));
    if (is_option(argument, "--keys=")) {
        line.keys = TRY(input.value(argument));
    } else if (is_option(argument, "--directory=")) {
        line.directory = argument;
    } else if (is_option(argument, "--known=")) {
        line.known = TRY(schema::Digest::parse(argument));
    } else if (is_option(argument, "--signature=")) {
        line.signature_url = TRY(fetch::parse_url(TRY(input.value(argument))))
        .text;
    } else if (is_option(argument, "--if-none-match=")) {
        if (!fetch::is_etag(argument))
            return schema::found_wanted(schema::quoted(argument), "an entity tag");
        line.if_none_match = argument;
    } else if (is_option(argument, "--max-bytes=")) {
        const auto bytes = base::parse_number<std::uint64_t>(argument);
        if (!bytes) return schema::found_wanted(schema::quoted(argument), "a number of bytes");
        line.max_bytes = std::min(*bytes, line.max_bytes);
    } else {
        return invalid(fmt::format("\"{}\" is not understood here: see --help", whole));
    }
    return {};
}

// Whether it is one without a value.
bool set_flag(CommandLine& line, std::string_view argument) {
    if (argument == "--help" || argument == "-h")
        line.help = true;
    else if (argument == "--require-digest")
        line.need_digest = fetch::NeedDigest::kYes;
    else if (argument == "--allow-http")
        line.plain = fetch::PlainHttp::kAnywhere;
    else if (argument == "--no-signature")
        line.want_signature = fetch::WantSignature::kNo;
    else if (argument == "--files")
        line.files = true;
    else if (argument == "--signatures")
        line.signatures = true;
    else if (argument == "--tidy")
        line.tidy = true;
    else
        return false;
    return true;
}

Result<> check(const CommandLine& line) {
    const int sources = (line.reference ? 1 : 0) + (line.aci ? 1 : 0) + (line.keys.empty() ? 0 : 1);
    if (sources != (line.tidy ? 0 : 1))
        return invalid("one of --reference=, --keys= and --tidy is wanted: see --help");
    if (line.signatures && !line.files) return invalid("--signatures wants --files: see --help");
    if (line.directory.empty()) return invalid("--directory= is missing: see --help");
    const bool wants_no_signature = line.want_signature == fetch::WantSignature::kNo;
    if (wants_no_signature && !line.signature_url.empty())
        return invalid("--no-signature and --signature= exclude each other");
    return {};
}

}  // namespace

Result<CommandLine> parse_command_line(int argc, char** argv) {
    CommandLine line;
    Input input;
    line.help = argc < 2;
    for (int i = 1; i < argc; ++i)
        if (!set_flag(line, argv[i])) TRY(set_value(line, argv[i], input));
    if (input.is_used() && line.files) return invalid("standard input is wanted for two things");
    if (!line.help) TRY(check(line));
    return line;
}

}  // namespace podd::fetcher
