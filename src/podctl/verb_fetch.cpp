// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl fetch
#include <algorithm>

#include <fmt/format.h>

#include "podctl/manager.h"
#include "podctl/progress.h"
#include "podctl/transfer_watch.h"
#include "podctl/verbs.h"
#include "schema/fetch_reference.h"

namespace podd::podctl {

namespace {

using BusOptions = std::map<std::string, sdbus::Variant>;

bool looks_like_file(const std::string& word) {
    return word.starts_with('/') || word.starts_with("./") || word.starts_with("../") ||
           word == "." || word == ".." || word.ends_with(".aci") || word.ends_with(".tar") ||
           word.starts_with("file:");
}

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

// A file has nobody who could vouch for it: only who gives it to podd can.
base::Result<> check_word(const std::string& word) {
    if (looks_like_file(word) && !schema::is_web_url(word))
        return base::Error{base::ErrorCode::kUntrusted,
                           fmt::format("\"{}\" is a local file, and nothing says that it can be "
                                       "trusted\nhint: to accept it, run: podctl import {}",
                                       word, shell_word(word))};
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
        ProgressLine line{"Fetching", word, options.quiet};
        TransferWatch watch{session, line};
        const auto begin = [&] {
            return session.manager->FetchImage(word, bus, session.manager->flags());
        };
        const std::string id = TRY_CONTEXT(watch.run(begin), "fetch \"{}\"", word);
        line.clear();
        print_image_id(id, options.json);
    }
    return kOk;
}

}  // namespace podd::podctl
