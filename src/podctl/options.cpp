// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/options.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>

#include <getopt.h>
#include <unistd.h>

#include "base/number.h"
#include "schema/pull_policy.h"
#include "schema/time_span.h"

namespace podd::podctl {

namespace {

using base::Result;

base::Error bad(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

template <bool Options::* Member, bool Value>
Result<> set_flag(Options& options, const char* /*argument*/) {
    options.*Member = Value;
    return {};
}

template <std::string Options::* Member>
Result<> set_text(Options& options, const char* argument) {
    options.*Member = argument;
    return {};
}

Result<> set_pull_policy(Options& options, const char* argument) {
    TRY(schema::parse_pull_policy(argument));
    options.pull_policy = argument;
    return {};
}

template <std::vector<std::string> Options::* Member>
Result<> add_text(Options& options, const char* argument) {
    (options.*Member).emplace_back(argument);
    return {};
}

template <Pairs Options::* Member>
Result<> add_pair(Options& options, const char* argument) {
    const std::string_view text{argument};
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return bad(fmt::format("\"{}\": wanted NAME=VALUE", text));
    (options.*Member).emplace_back(text.substr(0, equals), text.substr(equals + 1));
    return {};
}

// As systemd-run(1) has it: a name alone stands for the caller's own variable.
Result<> add_variable(Options& options, const char* argument) {
    const std::string_view text{argument};
    if (text.empty() || text.find('=') != std::string_view::npos)
        return add_pair<&Options::environment>(options, argument);
    const char* value = std::getenv(argument);  // NOLINT(concurrency-mt-unsafe): one thread
    if (value == nullptr)
        return bad(
            fmt::format("\"{}\": wanted NAME=VALUE, or the name of a variable that is set "
                        "here",
                        text));
    options.environment.emplace_back(text, value);
    return {};
}

Result<> set_json(Options& options, const char* argument) {
    const std::string_view mode{argument};
    if (mode == "off")
        options.json = JsonMode::kOff;
    else if (mode == "short")
        options.json = JsonMode::kShort;
    else if (mode == "pretty")
        options.json = JsonMode::kPretty;
    else
        return bad(fmt::format("--json={}: wanted short, pretty or off", mode));
    return {};
}

Result<> set_json_default(Options& options, const char* /*argument*/) {
    options.json = ::isatty(STDOUT_FILENO) == 1 ? JsonMode::kPretty : JsonMode::kShort;
    return {};
}

template <typename Number>
Result<Number> number(std::string_view text, std::string_view wanted) {
    if (const auto value = base::parse_number<Number>(text)) return *value;
    return bad(fmt::format("\"{}\": wanted {}", text, wanted));
}

Result<> set_lines(Options& options, const char* argument) {
    options.lines = TRY(number<unsigned>(argument, "a number"));
    return {};
}

Result<> set_grace(Options& options, const char* argument) {
    options.grace_usec = TRY(schema::parse_time_span(argument));
    return {};
}

constexpr std::string_view kEpochWanted = "seconds since 1970";
constexpr std::int64_t kLastSecond = 253402300799;  // of the year 9999: dates have four digits
constexpr std::string_view kOwnerWanted = "UID:GID, two numbers up to 65535";

Result<> set_owner(Options& options, const char* argument) {
    const std::string_view text{argument};
    const std::size_t colon = std::min(text.find(':'), text.size());
    const auto user = TRY(number<std::uint16_t>(text.substr(0, colon), kOwnerWanted));
    const auto group =
        TRY(number<std::uint16_t>(text.substr(std::min(colon + 1, text.size())), kOwnerWanted));
    options.owner = Owner{user, group};
    return {};
}

Result<> set_epoch(Options& options, const char* argument) {
    options.source_date_epoch = TRY(parse_epoch(argument));
    return {};
}

constexpr std::string_view kRootVerbs = "import, image create";
constexpr std::string_view kProcessVerbs = "import, image create, exec, enter";

constexpr OptionRow kTable[] = {
    {"help", 'h', "", "", "Show this help", set_flag<&Options::help, true>},
    {"version", 0, "", "", "Show the version", set_flag<&Options::version, true>},
    {"no-pager", 0, "", "", "Accepted; there is no pager", set_flag<&Options::pager, false>},
    {"no-legend", 0, "", "", "Do not show headers and counts", set_flag<&Options::legend, false>},
    {"no-ask-password", 0, "", "", "Do not ask for passwords",
     set_flag<&Options::ask_password, false>},
    {"quiet", 'q', "", "", "Show results only", set_flag<&Options::quiet, true>},
    {"full", 'l', "", "", "Do not shorten ids", set_flag<&Options::full, true>},
    {"json", 0, "MODE", "", "Output as JSON: short, pretty or off", set_json},
    {"", 'j', "", "", "Same as --json=pretty on a terminal, else short", set_json_default},
    {"lines", 'n', "NUMBER", "status", "Journal lines to show", set_lines},
    {"grace-period", 0, "TIME", "image gc",
     "Also remove images that no pod uses and that were last used longer ago", set_grace},
    {"repair", 0, "", "image verify, store fsck", "Make whole what can be made whole",
     set_flag<&Options::repair, true>},
    {"rootfs-only", 0, "", "image extract, image render", "The files only, without the manifest",
     set_flag<&Options::rootfs_only, true>},
    {"overwrite", 0, "", "image export, image extract, image render", "Replace the file or folder",
     set_flag<&Options::overwrite, true>},
    {"fields", 0, "FIELDS", "image list", "What to show: id,name,size and others",
     set_text<&Options::fields>},
    {"sort", 0, "FIELDS", "image list", "What to sort by", set_text<&Options::sort>},
    {"order", 0, "ORDER", "image list", "How to sort: asc or desc", set_text<&Options::order>},
    {"privileged", 0, "", "exec, enter", "Without the app's confinement",
     set_flag<&Options::privileged, true>},
    {"strict", 0, "", "verify", "Let warnings fail, too", set_flag<&Options::strict, true>},
    {"manifest-only", 0, "", "verify", "Look at the manifests alone, not at this host",
     set_flag<&Options::manifest_only, true>},
    {"pull-policy", 0, "POLICY", "fetch, pull, start", "What is fetched: missing, always or never",
     set_pull_policy},
    {"for-start", 0, "", "pull", "Heed what start --pull-policy= said; for podd-pull@.service",
     set_flag<&Options::for_start, true>},
    {"ref", 0, "REFERENCE", "import", "Which image of an archive with several",
     set_text<&Options::reference>},
    {"name", 0, "NAME", kRootVerbs, "Name of the image; needed for a root file system",
     set_text<&Options::name>},
    {"label", 0, "NAME=VALUE", kRootVerbs, "Add a label, such as version=1.0",
     add_pair<&Options::labels>},
    {"exec", 0, "WORD", kRootVerbs, "Program of the app, or one more word of its command",
     add_text<&Options::exec>},
    {"user", 0, "USER", kProcessVerbs,
     "User of the app, default 0; or of the command, USER[:GROUP]", set_text<&Options::user>},
    {"group", 0, "GROUP", kRootVerbs, "Group of the app; default 0", set_text<&Options::group>},
    {"working-directory", 0, "PATH", kProcessVerbs, "Working directory of the app or command",
     set_text<&Options::working_directory>},
    {"setenv", 'E', "NAME[=VALUE]", kProcessVerbs, "Add a variable to the environment",
     add_variable},
    {"mount", 0, "NAME:PATH[:ro]", kRootVerbs, "Add a mount point", add_text<&Options::mounts>},
    {"port", 0, "NAME:PROTOCOL:PORT", kRootVerbs, "Add a port", add_text<&Options::ports>},
    {"isolator", 0, "NAME=JSON", kRootVerbs, "Add an isolator", add_text<&Options::isolators>},
    {"format", 0, "FORMAT", "image create, image list",
     "What to make, if FILE does not say: aci or oci; or how to list: json or json-pretty",
     set_text<&Options::format>},
    {"owner", 0, "UID:GID", "image create", "Owner of every file, in place of its own", set_owner},
    {"source-date-epoch", 0, "SECONDS", "image create",
     "No file is newer than this; default $SOURCE_DATE_EPOCH", set_epoch},
    {"force", 0, "", "image create", "Replace an image that is there already",
     set_flag<&Options::force, true>},
    {"signature", 0, "FILE|URL", "import, fetch", "Take the ACI only with this OpenPGP signature",
     set_text<&Options::signature>},
    {"prefix", 0, "PREFIX", "trust, trust list, trust rm", "For images whose names begin so",
     set_text<&Options::prefix>},
    {"root", 0, "", "trust, trust list, trust rm", "For all images",
     set_flag<&Options::root, true>},
    {"skip-fingerprint-review", 0, "", "trust", "Do not ask whether it is the right key",
     set_flag<&Options::skip_fingerprint_review, true>},
};

struct Getopt {
    std::vector<option> longs;
    // Words come in order, between the options; a missing value is told apart.
    std::string shorts = "-:";
};

// Values above every letter stand for rows.
constexpr int kFirstRow = 256;
constexpr int kWord = 1;

// What follows a pod is a command with options of its own.
bool begins_command(const std::vector<std::string>& words) {
    return words.size() == 2 && words.front() == "exec";
}

}  // namespace

bool OptionRow::is_known_to(std::string_view verb) const {
    constexpr std::string_view kBetween = ", ";
    for (std::string_view left = verbs; !left.empty();) {
        const std::size_t end = std::min(left.find(kBetween), left.size());
        if (left.substr(0, end) == verb) return true;
        left.remove_prefix(std::min(end + kBetween.size(), left.size()));
    }
    return verbs.empty();
}

std::span<const OptionRow> option_table() {
    return kTable;
}

namespace {

Getopt getopt_tables() {
    Getopt tables;
    int row = kFirstRow;
    for (const OptionRow& entry : kTable) {
        const int has_argument = entry.argument.empty() ? no_argument : required_argument;
        if (!entry.long_name.empty())
            // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): made from literals
            tables.longs.push_back({entry.long_name.data(), has_argument, nullptr, row});
        if (entry.letter != 0) {
            tables.shorts += entry.letter;
            if (!entry.argument.empty()) tables.shorts += ':';
        }
        ++row;
    }
    tables.longs.push_back({});
    return tables;
}

const OptionRow* row_of(int found) {
    if (found >= kFirstRow) return &kTable[found - kFirstRow];
    for (const OptionRow& row : kTable)
        if (row.letter == found) return &row;
    return nullptr;
}

std::string spelled(const OptionRow& row) {
    return row.long_name.empty() ? fmt::format("-{}", row.letter)
                                 : fmt::format("--{}", row.long_name);
}

}  // namespace

Result<std::int64_t> parse_epoch(std::string_view text) {
    const auto seconds = TRY(number<std::int64_t>(text, kEpochWanted));
    if (seconds < 0 || seconds > kLastSecond)
        return bad(fmt::format("\"{}\": wanted {}", text, kEpochWanted));
    return seconds;
}

Result<CommandLine> parse(int argc, char** argv) {
    CommandLine line;
    int count = argc;  // up to "--"
    for (int i = 1; i < argc; ++i) {
        if (std::string_view{argv[i]} != "--") continue;
        count = i;
        line.after.assign(argv + i + 1, argv + argc);
        break;
    }
    const Getopt tables = getopt_tables();
    opterr = 0;
    optind = 0;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
    for (int found = 0; (found = ::getopt_long(count, argv, tables.shorts.c_str(),
                                               tables.longs.data(), nullptr)) >= 0;) {
        if (found == kWord) {
            if (begins_command(line.words)) {
                line.after.assign(argv + optind - 1, argv + argc);
                return line;
            }
            line.words.emplace_back(optarg);
            continue;
        }
        const OptionRow* row = row_of(found);
        if (found == ':') return bad(fmt::format("option {} wants a value", argv[optind - 1]));
        if (row == nullptr)
            return bad(fmt::format("option {} is not known; see podctl --help", argv[optind - 1]));
        TRY_CONTEXT(row->apply(line.options, optarg), "option {}", spelled(*row));
        if (!row->verbs.empty()) line.given.push_back(row);
    }
    return line;
}

}  // namespace podd::podctl
