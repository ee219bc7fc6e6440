// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image rm, cat-manifest
#include <cstdio>

#include <fmt/format.h>

#include "podctl/manager.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

base::Result<int> verb_image_rm(const Arguments& arguments) {
    const Session session = TRY(Session::open(arguments.options));
    for (const std::string& word : arguments.words) {
        const std::string id =
            TRY_CONTEXT(client::guarded([&] {
                            return session.manager->RemoveImage(word, session.manager->flags());
                        }),
                        "image \"{}\"", word);
        if (!arguments.options.quiet) fmt::print("removed {}\n", printable(id));
    }
    return kOk;
}

base::Result<int> verb_image_cat_manifest(const Arguments& arguments) {
    const Session session = TRY(Session::open(arguments.options));
    for (const std::string& word : arguments.words) {
        const std::string text = TRY_CONTEXT(
            client::guarded(
                [&] { return session.manager->GetImageManifest(word, session.manager->flags()); }),
            "image \"{}\"", word);
        // Written by the one JSON writer again: no control character stands in its output raw.
        const base::Json json = TRY(base::Json::parse(text));
        print_json(json, arguments.options.json == JsonMode::kShort ? JsonMode::kShort
                                                                    : JsonMode::kPretty);
    }
    return kOk;
}

}  // namespace podd::podctl
