// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl: controls pods and their images. Source: podctl(1).
#include <algorithm>
#include <clocale>
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "podctl/options.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace {

using namespace podd;
using namespace podd::podctl;

base::Error usage(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

base::Result<const Verb*> checked_verb(CommandLine& line) {
    const Verb* verb = TRY(find_verb(line.words));
    for (const OptionRow* row : line.given)
        if (!row->is_known_to(verb->name))
            return usage(
                fmt::format("verb '{}' does not know option --{}", verb->name, row->long_name));
    if (!verb->takes_command) {
        line.words.insert(line.words.end(), line.after.begin(), line.after.end());
        line.after.clear();
    }
    if (line.words.size() < verb->min_words)
        return usage(
            fmt::format("too few arguments; wanted: podctl {} {}", verb->name, verb->arguments));
    if (line.words.size() > verb->max_words)
        return usage(
            fmt::format("too many arguments; wanted: podctl {} {}", verb->name, verb->arguments));
    return verb;
}

int run(int argc, char** argv) {
    auto line = parse(argc, argv);
    if (!line) {
        print_error(line.error(), JsonMode::kOff);
        return kUsage;
    }
    if (line->options.help) {
        fmt::print("{}", help_text());
        return kOk;
    }
    if (line->options.version) {
        fmt::print("podctl {}\n", PODD_VERSION);
        return kOk;
    }
    const JsonMode json = line->options.json;
    const auto verb = checked_verb(*line);
    if (!verb) {
        print_error(verb.error(), json);
        return kUsage;
    }
    const auto status = (*verb)->run({line->options, line->words, line->after});
    if (status) return *status;
    print_error(status.error(), json);
    return kFailure;
}

}  // namespace

int main(int argc, char** argv) {
    // For column widths and the names of days; numbers in JSON come from elsewhere.
    static_cast<void>(std::setlocale(LC_ALL, ""));  // NOLINT(concurrency-mt-unsafe)
    try {
        const int status = run(argc, argv);
        // A full disk or a closed pipe must not look like success.
        if (std::fflush(stdout) != 0 && status == kOk) return kFailure;
        return status;
    } catch (const std::exception& error) {
        print_error({base::ErrorCode::kInternal, error.what()}, JsonMode::kOff);
        return kFailure;
    }
}
