// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/image_fields.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "podctl/terminal.h"

namespace podd::podctl {

namespace {

std::string label(const ListedImage& image, const char* name) {
    const auto found = image.labels.find(name);
    return found == image.labels.end() ? std::string{} : found->second;
}

Cell text_cell(const std::string& text) {
    return {text, text};
}

Cell size_cell(std::uint64_t bytes) {
    return {bytes, human_bytes(bytes)};
}

Cell time_cell(std::uint64_t usec, bool full) {
    return {usec, full ? local_time(usec) : time_ago(usec)};
}

Cell labels_cell(const ListedImage& image) {
    base::Json json{base::Json::Object{}};
    std::string text;
    for (const auto& [name, value] : image.labels) {
        json.add(name, value);
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, value);
    }
    return {std::move(json), std::move(text)};
}

Cell verification_cell(const ListedImage& image, bool full) {
    base::Json json;
    json.add("kind", image.verification);
    json.add("by", image.verified_by);
    return {std::move(json), full ? fmt::format("{} ({})", image.verification, image.verified_by)
                                  : image.verification};
}

template <auto Member>
bool less(const ListedImage& a, const ListedImage& b) {
    return a.*Member < b.*Member;
}

// Names are rkt's where it had the field.
constexpr ImageField kFields[] = {
    {"id",
     "",
     {"ID", "id"},
     [](const auto& image, bool full) { return Cell{image.id, short_id(image.id, full)}; },
     less<&ListedImage::id>},
    {"name",
     "",
     {"NAME", "name"},
     [](const auto& image, bool) { return text_cell(image.name); },
     less<&ListedImage::name>},
    {"version",
     "",
     {"VERSION", "version"},
     [](const auto& image, bool) { return text_cell(label(image, "version")); },
     [](const auto& a, const auto& b) { return label(a, "version") < label(b, "version"); }},
    {"arch",
     "",
     {"ARCH", "arch"},
     [](const auto& image, bool) { return text_cell(label(image, "arch")); },
     [](const auto& a, const auto& b) { return label(a, "arch") < label(b, "arch"); }},
    {"kind",
     "",
     {"KIND", "kind"},
     [](const auto& image, bool) { return text_cell(image.kind); },
     less<&ListedImage::kind>},
    {"size",
     "",
     {"SIZE", "size", true},
     [](const auto& image, bool) { return size_cell(image.size); },
     less<&ListedImage::size>},
    {"own",
     "",
     {"OWN", "ownSize", true},
     [](const auto& image, bool) { return size_cell(image.own_size); },
     less<&ListedImage::own_size>},
    {"imported",
     "importtime",
     {"IMPORTED", "imported"},
     [](const auto& image, bool full) { return time_cell(image.imported_usec, full); },
     less<&ListedImage::imported_usec>},
    {"used",
     "lastused",
     {"LAST USED", "used"},
     [](const auto& image, bool full) { return time_cell(image.used_usec, full); },
     less<&ListedImage::used_usec>},
    {"verification",
     "",
     {"VERIFICATION", "verification"},
     verification_cell,
     less<&ListedImage::verification>},
    {"labels",
     "",
     {"LABELS", "labels"},
     [](const auto& image, bool) { return labels_cell(image); },
     less<&ListedImage::labels>},
};

base::Result<const ImageField*> field_called(std::string_view name) {
    std::string all;
    for (const ImageField& field : kFields) {
        if (name == field.name || (!field.alias.empty() && name == field.alias)) return &field;
        all += fmt::format("{}{}", all.empty() ? "" : ", ", field.name);
    }
    return base::Error{base::ErrorCode::kInvalidArgument,
                       fmt::format("\"{}\" is no field of an image: there are {}", name, all)};
}

}  // namespace

base::Result<ImageFields> image_fields(std::string_view names) {
    ImageFields fields;
    for (;;) {
        const auto name = names.substr(0, names.find(','));
        fields.push_back(TRY(field_called(name)));
        if (name.size() == names.size()) return fields;
        names.remove_prefix(name.size() + 1);
    }
}

ImageFields all_image_fields() {
    ImageFields fields;
    fields.reserve(std::size(kFields));
    for (const ImageField& field : kFields)
        fields.push_back(&field);
    return fields;
}

void sort_images(std::vector<ListedImage>& images, const ImageFields& fields, bool descending) {
    std::ranges::sort(images, [&](const auto& a, const auto& b) {
        for (const auto* field : fields) {
            if (field->before(a, b)) return !descending;
            if (field->before(b, a)) return descending;
        }
        return a.id < b.id;
    });
}

std::uint64_t count_sizes(std::vector<ListedImage>& images) {
    std::map<std::string, std::uint64_t> owners;  // of each tree
    for (const auto& image : images)
        for (const auto& [tree, bytes] : image.trees)
            ++owners[tree];
    std::uint64_t total = 0;
    std::map<std::string, std::uint64_t> counted;
    for (auto& image : images) {
        if (image.trees.empty()) {  // as if nobody else had them
            image.own_size = image.size;
            total += image.size;
            continue;
        }
        image.own_size = 0;
        for (const auto& [tree, bytes] : image.trees) {
            if (owners[tree] == 1) image.own_size += bytes;
            if (counted.emplace(tree, bytes).second) total += bytes;
        }
    }
    return total;
}

}  // namespace podd::podctl
