// SPDX-License-Identifier: LGPL-2.1-or-later
// The command line: one table of options, one parser.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace podd::podctl {

enum class JsonMode : unsigned char { kOff, kShort, kPretty };

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Owner {
    std::int64_t user;
    std::int64_t group;
    bool operator==(const Owner&) const = default;
};

struct Options {
    bool help = false;
    bool version = false;
    bool legend = true;
    bool pager = true;
    bool ask_password = true;
    bool quiet = false;
    bool full = false;
    // verify
    bool strict = false;
    bool manifest_only = false;
    JsonMode json = JsonMode::kOff;
    unsigned lines = 10;
    // image verify, store fsck
    bool repair = false;
    bool rootfs_only = false;  // image extract, image render
    bool overwrite = false;    // image export, image extract, image render
    // image list
    std::string fields;
    std::string sort;
    std::string order;
    // image gc
    std::optional<std::uint64_t> grace_usec;
    std::string pull_policy;  // fetch, pull, start
    bool for_start = false;   // pull
    bool privileged = false;  // exec, enter
    // import, image create, exec, enter
    std::string user;
    std::string working_directory;
    Pairs environment;
    // import, and image create
    std::string name;
    std::string reference;
    std::string group;
    std::vector<std::string> exec;
    Pairs labels;
    std::vector<std::string> mounts;     // NAME:PATH[:ro]
    std::vector<std::string> ports;      // NAME:PROTOCOL:PORT
    std::vector<std::string> isolators;  // NAME=JSON
    Pairs annotations;
    std::string signature;
    std::string format;  // image create, image list
    // image create
    bool force = false;
    std::optional<Owner> owner;
    std::optional<std::int64_t> source_date_epoch;
    // trust
    std::string prefix;
    bool root = false;
    bool skip_fingerprint_review = false;
};

/// One row of the table that parsing, --help and the manual page's test read.
struct OptionRow {
    std::string_view long_name;
    char letter;                // 0: none
    std::string_view argument;  // empty: takes none
    std::string_view verbs;     // those that know it, "import, image create"; empty: all do
    std::string_view help;
    base::Result<> (*apply)(Options& options, const char* argument);

    bool is_known_to(std::string_view verb) const;
};

std::span<const OptionRow> option_table();

struct CommandLine {
    Options options;
    std::vector<std::string> words;  // verb first
    std::vector<std::string> after;  // what stood after "--"; of "exec", the command in any case
    /// Options that were given and that not every verb knows.
    std::vector<const OptionRow*> given;
};

/// As --source-date-epoch= and $SOURCE_DATE_EPOCH have it. Errors: kInvalidArgument.
base::Result<std::int64_t> parse_epoch(std::string_view text);

/// Errors: kInvalidArgument.
base::Result<CommandLine> parse(int argc, char** argv);

}  // namespace podd::podctl
