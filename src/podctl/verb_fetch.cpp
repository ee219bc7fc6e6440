// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl fetch
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <unistd.h>

#include "podctl/local_import.h"
#include "podctl/manager.h"
#include "podctl/progress.h"
#include "podctl/transfer_watch.h"
#include "podctl/verbs.h"
#include "schema/fetch_reference.h"

namespace podd::podctl {

namespace {

base::Result<> check_word(const std::string& word) {
    if (is_local_image(word))
        TRY(parse_local_image(word));
    else
        TRY(schema::parse_fetch_reference(word));
    return {};
}

// podd says whether it may be taken; what could speak for it comes along.
base::Result<std::string> fetch_file(const std::string& word, const Options& options) {
    constexpr std::string_view kAci = ".aci";
    if (options.pull_policy == "never")
        return base::Error{base::ErrorCode::kInvalidArgument,
                           fmt::format("\"{}\" is a file, and is read: --pull-policy=never forbids "
                                       "that",
                                       word)};
    const auto image = TRY(parse_local_image(word));
    BusOptions bus;
    const auto beside = image.path + ".asc";
    if (!options.signature.empty())
        TRY(add_signature(bus, "Signature", options.signature));
    else if (image.path.ends_with(kAci) && ::access(beside.c_str(), F_OK) == 0)
        TRY(add_signature(bus, "SignatureBeside", beside));
    return import_local(image, std::move(bus), options, Word::kPolicy);
}

base::Result<std::string> fetch(Session& session, const std::string& word, const BusOptions& bus,
                                const Options& options) {
    ProgressLine line{"Fetching", schema::shown(word), options.quiet};
    TransferWatch watch{session, line};
    const auto begin = [&] {
        return session.manager->FetchImage(word, bus, session.manager->flags());
    };
    auto id = TRY_CONTEXT(watch.run(begin), "fetch \"{}\"", schema::shown(word));
    line.clear();
    return id;
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
    for (const std::string& word : arguments.words)
        print_image_id(TRY(is_local_image(word) ? fetch_file(word, options)
                                                : fetch(session, word, bus, options)),
                       options.json);
    return kOk;
}

}  // namespace podd::podctl
