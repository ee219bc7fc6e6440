// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl fetch
#include <algorithm>

#include <fmt/format.h>

#include "podctl/local_import.h"
#include "podctl/manager.h"
#include "podctl/progress.h"
#include "podctl/transfer_watch.h"
#include "podctl/verbs.h"
#include "schema/fetch_reference.h"

namespace podd::podctl {

namespace {

using BusOptions = std::map<std::string, sdbus::Variant>;

// For a shell: what is in single quotes is taken as it stands.
std::string shell_word(const std::string& word) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view{"/._-+=:,@"}.find(c) != std::string_view::npos;
    };
    if (!word.empty() && word.front() != '-' && std::all_of(word.begin(), word.end(), plain))
        return word;
    std::string quoted = "'";
    for (const char c : word)
        quoted += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return quoted + "'";
}

// A file has nobody who could vouch for it: only who gives it to podd can, or who says what its
// digest must be.
base::Result<> check_word(const std::string& word) {
    if (is_local_image(word)) {
        if (TRY(parse_local_image(word)).digest) return {};
        return base::Error{base::ErrorCode::kUntrusted,
                           fmt::format("\"{}\" is a local file, and nothing says that it can be "
                                       "trusted\nhint: to accept it, run: podctl import {}",
                                       word, shell_word(word))};
    }
    TRY(schema::parse_fetch_reference(word));
    return {};
}

}  // namespace

base::Result<int> verb_fetch(const Arguments& arguments) {
    const Options& options = arguments.options;
    for (const std::string& word : arguments.words)
        TRY(check_word(word));
    if (!options.signature.empty() && arguments.words.size() > 1)
        return base::Error{base::ErrorCode::kInvalidArgument,
                           "--signature= is of one image, and several are to be fetched"};
    BusOptions bus;
    if (!options.signature.empty()) bus.emplace("Signature", sdbus::Variant{options.signature});
    if (!options.pull_policy.empty())
        bus.emplace("PullPolicy", sdbus::Variant{options.pull_policy});
    Session session = TRY(Session::open(options));
    for (const std::string& word : arguments.words) {
        if (is_local_image(word)) {
            print_image_id(TRY(import_local(TRY(parse_local_image(word)), {}, options)),
                           options.json);
            continue;
        }
        ProgressLine line{"Fetching", schema::shown(word), options.quiet};
        TransferWatch watch{session, line};
        const auto begin = [&] {
            return session.manager->FetchImage(word, bus, session.manager->flags());
        };
        const std::string id = TRY_CONTEXT(watch.run(begin), "fetch \"{}\"", schema::shown(word));
        line.clear();
        print_image_id(id, options.json);
    }
    return kOk;
}

}  // namespace podd::podctl
