// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image list
#include <fmt/format.h>

#include "podctl/image_fields.h"
#include "podctl/manager.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

using base::Result;

base::Error bad(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

// Source: rkt's "image list --format=".
Result<JsonMode> output_of(const Options& options) {
    if (options.format.empty()) return options.json;
    if (options.format == "json") return JsonMode::kShort;
    if (options.format == "json-pretty") return JsonMode::kPretty;
    return bad(fmt::format("--format={}: wanted json or json-pretty", options.format));
}

Result<bool> is_descending(const Options& options) {
    if (options.order == "desc") return true;
    if (options.order == "asc" || options.order.empty()) return false;
    return bad(fmt::format("--order={}: wanted asc or desc", options.order));
}

// What an image that has just been removed does not tell stays empty.
void add_properties(sdbus::IConnection& bus, const std::string& path, ListedImage& image) {
    using Pair = sdbus::Struct<std::string, std::string>;
    using Tree = sdbus::Struct<std::string, std::uint64_t>;
    const auto all = properties(bus, client::kBusName, path, "org.podd1.Image");
    if (!all) return;
    const Pair verification = property_or<Pair>(*all, "Verification", Pair{});
    image.verification = std::get<0>(verification);
    image.verified_by = std::get<1>(verification);
    image.kind = property_or<std::string>(*all, "Kind", "");
    image.used_usec = property_or<std::uint64_t>(*all, "LastUsedUSec", image.imported_usec);
    for (const Tree& tree : property_or<std::vector<Tree>>(*all, "Trees", {}))
        image.trees.emplace_back(std::get<0>(tree), std::get<1>(tree));
}

Result<std::vector<ListedImage>> load(const Session& session) {
    const auto rows = TRY(client::guarded([&] { return session.manager->ListImages(); }));
    std::vector<ListedImage> images;
    images.reserve(rows.size());
    for (const auto& row : rows) {
        const auto& [id, name, labels, size, imported, path] = client::as_tuple(row);
        ListedImage image{
            .id = id, .name = name, .labels = labels, .size = size, .imported_usec = imported};
        add_properties(*session.bus, path, image);
        images.push_back(std::move(image));
    }
    return images;
}

Table table_of(const std::vector<ListedImage>& images, const ImageFields& fields, bool full) {
    Table table{"images", {}, {}, {}};
    table.columns.reserve(fields.size());
    for (const ImageField* field : fields)
        table.columns.push_back(field->column);
    for (const ListedImage& image : images) {
        std::vector<Cell> row;
        row.reserve(fields.size());
        for (const ImageField* field : fields)
            row.push_back(field->cell(image, full));
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace

Result<int> verb_image_list(const Arguments& arguments) {
    Options options = arguments.options;
    options.json = TRY(output_of(options));
    const bool descending = TRY(is_descending(options));
    const auto sort =
        TRY_CONTEXT(image_fields(options.sort.empty() ? "name,imported" : options.sort), "--sort");
    const auto fields = TRY_CONTEXT(
        options.fields.empty() && options.json != JsonMode::kOff
            ? all_image_fields()
            : image_fields(options.fields.empty() ? kDefaultImageFields : options.fields),
        "--fields");
    const Session session = TRY(Session::open(options));
    auto images = TRY(load(session));
    const auto total = count_sizes(images);
    sort_images(images, sort, descending);
    auto table = table_of(images, fields, options.full);
    table.remark =
        fmt::format(", {} in all; trees that several have are counted once", human_bytes(total));
    print_table(table, options);
    return kOk;
}

}  // namespace podd::podctl
