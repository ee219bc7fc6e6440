// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/images.h"

#include <set>

#include <fmt/format.h>

#include "schema/image_reference.h"
#include "store/acceptance.h"

namespace podd::daemon {

namespace {

bool looks_like_id(std::string_view word) {
    return word.starts_with("sha512-") || word.starts_with("sha256:");
}

}  // namespace

base::Result<std::vector<store::ImageRecord>> Images::stored() {
    auto reader = store::Reader::open();
    if (!reader) {
        if (reader.error().code() == base::ErrorCode::kNotFound)
            return std::vector<store::ImageRecord>{};
        return std::move(reader).error();
    }
    return reader->list();
}

base::Result<> Images::refresh() {
    std::vector<store::ImageRecord> images = TRY(stored());
    std::set<std::string> present;
    for (store::ImageRecord& image : images) {
        const std::string id = image.id;
        present.insert(id);
        auto& object = objects_[id];
        // Fetched or imported once more, under another name or on another's word.
        if (object && !object->shows(image)) object.reset();
        if (!object) object = std::make_unique<ImageObject>(bus_, std::move(image), remover_);
    }
    std::erase_if(objects_, [&](const auto& entry) { return !present.contains(entry.first); });
    return {};
}

base::Result<store::ImageRecord> Images::find(const std::string& word) {
    auto reader = store::Reader::open();
    if (!reader && reader.error().code() == base::ErrorCode::kNotFound)
        return base::Error{base::ErrorCode::kNotFound,
                           fmt::format("image \"{}\" not found: the store is empty", word)};
    if (!reader) return std::move(reader).error();
    if (looks_like_id(word)) return reader->by_id(word);
    const auto reference = TRY(schema::parse_image_reference(word));
    return reader->find(reference);
}

base::Result<store::ImageRecord> Images::find_fetched(const schema::DockerReference& reference,
                                                      const trust::Policy& policy) {
    const auto reader = TRY(store::Reader::open());
    return stored_image(reader, reference, policy);
}

base::Result<> Images::check_accepted(const store::ImageRecord& image) {
    const auto reader = TRY(store::Reader::open());
    return store::check_accepted(reader, image);
}

std::vector<store::ImageRecord> Images::list() const {
    std::vector<store::ImageRecord> images;
    images.reserve(objects_.size());
    for (const auto& [id, object] : objects_)
        images.push_back(object->record());
    return images;
}

}  // namespace podd::daemon
