// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl trust, trust list, trust rm
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "podctl/manager.h"
#include "podctl/sealed_file.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"
#include "schema/fetch_reference.h"

namespace podd::podctl {

namespace {

// The verifier takes no larger text.
constexpr std::size_t kMaxKeyBytes = std::size_t{1} << 20;

base::Error refused(base::ErrorCode code, std::string message) {
    return {code, std::move(message)};
}

base::Result<> check_scope(const Options& options) {
    if (options.root && !options.prefix.empty())
        return refused(base::ErrorCode::kInvalidArgument,
                       "--prefix= and --root do not go together");
    return {};
}

std::string images_of(const std::string& prefix) {
    return prefix.empty() ? "all images" : fmt::format("images \"{}\"", prefix);
}

/// "8b86 de38 890d …", to be compared by eye.
std::string in_groups(const std::string& fingerprint) {
    std::string text;
    for (std::size_t i = 0; i < fingerprint.size(); i += 4)
        text += (i == 0 ? "" : " ") + fingerprint.substr(i, 4);
    return text;
}

std::string date(std::uint64_t seconds) {
    return local_time(seconds * 1'000'000);
}

// A person looks at it, so it goes where the question goes.
template <typename Keys>
void show(const std::string& what, const std::string& prefix, const Keys& keys) {
    fmt::print(stderr, "{}, to be trusted for {}:\n", printable(what), images_of(prefix));
    for (const auto& key : keys) {
        const auto& [fingerprint, users, created, expires, expired, revoked] =
            client::as_tuple(key);
        fmt::print(stderr, "  fingerprint {}\n", printable(in_groups(fingerprint)));
        for (const std::string& user : users)
            fmt::print(stderr, "    {}\n", printable(user));
        if (created == 0) continue;  // a bare public key
        fmt::print(stderr, "    made {}", date(created));
        if (expires != 0)
            fmt::print(stderr, ", {} {}", expired ? "EXPIRED" : "expires", date(expires));
        fmt::print(stderr, "{}\n", revoked ? ", REVOKED" : "");
    }
}

base::Result<> ask(std::size_t count) {
    if (::isatty(STDIN_FILENO) != 1)
        return refused(base::ErrorCode::kUntrusted,
                       "nobody is there to look at the fingerprint: standard input is no terminal\n"
                       "hint: --skip-fingerprint-review trusts the key without a question");
    for (;;) {
        fmt::print(stderr, "Are you sure you want to trust {} (yes/no)? ",
                   count == 1 ? "this key" : "these keys");
        std::string answer;
        if (!std::getline(std::cin, answer) || answer == "no")
            return refused(base::ErrorCode::kUntrusted, "the key is not trusted: you said no");
        if (answer == "yes") return {};
        fmt::print(stderr, "Please type \"yes\" or \"no\".\n");
    }
}

// Whoever looks at them decides; what they looked at is what is kept.
base::Result<> trust_text(const Session& session, const Options& options, int text,
                          const std::vector<std::string>& fingerprints) {
    if (!options.skip_fingerprint_review) TRY(ask(fingerprints.size()));
    Manager& manager = *session.manager;
    const auto files = TRY(client::guarded([&] {
        return manager.TrustKey(sdbus::UnixFd{text}, options.prefix, fingerprints, manager.flags());
    }));
    if (!options.quiet)
        for (const std::string& path : files)
            fmt::print("{}\n", printable(path));
    return {};
}

bool is_shown(const Options& options) {
    return !options.quiet || !options.skip_fingerprint_review;
}

base::Result<> trust_file(const Session& session, const Options& options, const std::string& file) {
    const base::UniqueFd text = TRY(sealed_copy(file, kMaxKeyBytes));
    Manager& manager = *session.manager;
    const auto keys = TRY(client::guarded(
        [&] { return manager.InspectKey(sdbus::UnixFd{text.get()}, manager.flags()); }));
    std::vector<std::string> fingerprints;
    fingerprints.reserve(keys.size());
    for (const auto& key : keys)
        fingerprints.push_back(std::get<0>(key));
    if (is_shown(options)) show(fmt::format("Key file \"{}\"", file), options.prefix, keys);
    return trust_text(session, options, text.get(), fingerprints);
}

using KeyRow =
    sdbus::Struct<std::string, std::vector<std::string>, std::uint64_t, std::uint64_t, bool, bool>;

/// The keys of one URL: they are one text, as in a file.
struct OfferedKeys {
    std::string url;
    std::string text;
    std::vector<KeyRow> keys;
};

template <typename Rows>
std::vector<OfferedKeys> by_url(const Rows& rows) {
    std::vector<OfferedKeys> all;
    for (const auto& row : rows) {
        const auto& [url, fingerprint, users, created, expires, expired, revoked, armored] =
            client::as_tuple(row);
        if (all.empty() || all.back().url != url) all.push_back({url, {}, {}});
        all.back().text += armored;
        if (!all.back().text.ends_with('\n')) all.back().text += '\n';
        all.back().keys.emplace_back(fingerprint, users, created, expires, expired, revoked);
    }
    return all;
}

// From a URL, or as the owner of a name says that they are.
base::Result<> trust_offered(const Session& session, const Options& options,
                             const std::string& source) {
    Manager& manager = *session.manager;
    const auto rows =
        TRY(client::guarded([&] { return manager.FetchKeys(source, manager.flags()); }));
    for (const OfferedKeys& offered : by_url(rows)) {
        const base::UniqueFd text = TRY(sealed_file(offered.text));
        std::vector<std::string> fingerprints;
        fingerprints.reserve(offered.keys.size());
        for (const auto& key : offered.keys)
            fingerprints.push_back(std::get<0>(key));
        if (is_shown(options))
            show(fmt::format("Keys from \"{}\"", offered.url), options.prefix, offered.keys);
        TRY(trust_text(session, options, text.get(), fingerprints));
    }
    return {};
}

base::Result<> trust_word(const Session& session, const Options& options, const std::string& word) {
    if (schema::is_web_url(word)) return trust_offered(session, options, word);
    return trust_file(session, options, word);
}

}  // namespace

base::Result<int> verb_trust(const Arguments& arguments) {
    const Options& options = arguments.options;
    TRY(check_scope(options));
    if (!options.root && options.prefix.empty())
        return refused(base::ErrorCode::kInvalidArgument,
                       "for which images? --prefix=PREFIX for those whose names begin so, --root "
                       "for all");
    if (options.root && arguments.words.empty())
        return refused(base::ErrorCode::kInvalidArgument,
                       "which key? --root wants files or URLs of keys: nobody owns all names");
    const Session session = TRY(Session::open(options));
    if (arguments.words.empty())
        TRY_CONTEXT(trust_offered(session, options, options.prefix), "keys of \"{}\"",
                    options.prefix);
    for (const std::string& word : arguments.words)
        TRY_CONTEXT(trust_word(session, options, word), "key \"{}\"", schema::shown(word));
    return kOk;
}

base::Result<int> verb_trust_list(const Arguments& arguments) {
    const Options& options = arguments.options;
    TRY(check_scope(options));
    const Session session = TRY(Session::open(options));
    const auto keys = TRY(client::guarded([&] { return session.manager->ListTrustedKeys(); }));
    Table table{"keys",
                {{"PREFIX", "prefix"},
                 {"FINGERPRINT", "fingerprint"},
                 {"STATE", "state"},
                 {"FILE", "file"}},
                {}};
    for (const auto& key : keys) {
        const auto& [fingerprint, prefix, file, state] = client::as_tuple(key);
        if (options.root ? !prefix.empty() : !options.prefix.empty() && prefix != options.prefix)
            continue;
        table.rows.push_back({{prefix, prefix.empty() ? "(all)" : prefix},
                              {fingerprint, fingerprint},
                              {state, state},
                              {file, file}});
    }
    print_table(table, options);
    return kOk;
}

base::Result<int> verb_trust_rm(const Arguments& arguments) {
    const Options& options = arguments.options;
    TRY(check_scope(options));
    const Session session = TRY(Session::open(options));
    const auto keys = TRY(client::guarded([&] { return session.manager->ListTrustedKeys(); }));
    for (const std::string& fingerprint : arguments.words) {
        std::vector<std::string> prefixes;
        if (options.root || !options.prefix.empty()) {
            prefixes.push_back(options.prefix);
        } else {
            for (const auto& key : keys)
                if (std::get<0>(key) == fingerprint && std::get<3>(key) == "trusted")
                    prefixes.push_back(std::get<1>(key));
        }
        if (prefixes.empty())
            return refused(base::ErrorCode::kNotFound,
                           fmt::format("key {} is not trusted for any image", fingerprint));
        for (const std::string& prefix : prefixes) {
            const auto pods = TRY(client::guarded([&] {
                return session.manager->DistrustKey(fingerprint, prefix, session.manager->flags());
            }));
            if (!options.quiet)
                fmt::print("{} is not trusted any more for {}\n", printable(fingerprint),
                           printable(images_of(prefix)));
            for (const std::string& pod : pods)
                fmt::print(stderr,
                           "pod \"{}\" runs with an image that this key has signed; it is left "
                           "alone, and will not start again\n",
                           printable(pod));
        }
    }
    return kOk;
}

}  // namespace podd::podctl
