// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image list, rm, cat-manifest
#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "podctl/manager.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

std::string label(const std::map<std::string, std::string>& labels, const char* name) {
    const auto found = labels.find(name);
    return found == labels.end() ? std::string{} : found->second;
}

base::Json labels_json(const std::map<std::string, std::string>& labels) {
    base::Json json{base::Json::Object{}};
    for (const auto& [name, value] : labels)
        json.add(name, value);
    return json;
}

// {"kind":…,"by":…}; empty texts when the image has just been removed.
base::Json verification_json(sdbus::IConnection& bus, const std::string& path) {
    using Pair = sdbus::Struct<std::string, std::string>;
    const auto all = properties(bus, client::kBusName, path, "org.podd1.Image");
    const Pair pair = all ? property_or<Pair>(*all, "Verification", Pair{}) : Pair{};
    base::Json json;
    json.add("kind", std::get<0>(pair));
    json.add("by", std::get<1>(pair));
    return json;
}

}  // namespace

base::Result<int> verb_image_list(const Arguments& arguments) {
    const Options& options = arguments.options;
    const Session session = TRY(Session::open(options));
    auto images = TRY(client::guarded([&] { return session.manager->ListImages(); }));
    std::ranges::sort(images, {}, [](const auto& image) {
        return std::pair{std::get<1>(image), std::get<4>(image)};
    });
    Table table{"images",
                {{"ID", "id"},
                 {"NAME", "name"},
                 {"VERSION", "version"},
                 {"ARCH", "arch"},
                 {"SIZE", "size", true},
                 {"IMPORTED", "imported"}},
                {}};
    const bool as_json = options.json != JsonMode::kOff;
    if (as_json) {
        table.columns.push_back({"LABELS", "labels"});
        table.columns.push_back({"VERIFICATION", "verification"});
    }
    for (const auto& image : images) {
        const auto& [id, name, labels, size, imported, path] = client::as_tuple(image);
        const std::string version = label(labels, "version");
        const std::string arch = label(labels, "arch");
        std::vector<Cell> row{{id, short_id(id, options.full)},
                              {name, name},
                              {version, version},
                              {arch, arch},
                              {size, human_bytes(size)},
                              {imported, local_time(imported)}};
        if (as_json) {
            row.push_back({labels_json(labels), {}});
            row.push_back({verification_json(*session.bus, path), {}});
        }
        table.rows.push_back(std::move(row));
    }
    print_table(table, options);
    return kOk;
}

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
