// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/image_object.h"

#include <algorithm>

#include "client/bus_path.h"
#include "daemon/announce.h"

namespace podd::daemon {

std::map<std::string, std::string> labels_of(const store::ImageRecord& image) {
    std::map<std::string, std::string> labels;
    for (const schema::Label& label : image.manifest.labels)
        labels.emplace(label.name.str(), label.value);
    return labels;
}

ImageObject::ImageObject(sdbus::IConnection& bus, store::ImageRecord image, const Remover& remover)
    : AdaptorInterfaces{bus, sdbus::ObjectPath{client::image_path(image.id)}},
      image_{std::move(image)},
      remover_{remover} {
    registerAdaptor();
    announce([&] { emitInterfacesAddedSignal(); });
}

ImageObject::~ImageObject() {
    announce([&] { emitInterfacesRemovedSignal(); });
    unregisterAdaptor();
}

bool ImageObject::shows(const store::ImageRecord& record) const {
    return record.manifest == image_.manifest && record.imported_usec == image_.imported_usec &&
           record.verification == image_.verification;
}

// Pods that start do not ask podd, so it is looked up each time.
std::uint64_t ImageObject::LastUsedUSec() {
    const auto store = store::Reader::open();
    return std::max(image_.used_usec, store ? store->last_use(image_.id) : 0);
}

std::vector<sdbus::Struct<std::string, std::uint64_t>> ImageObject::Trees() {
    std::vector<sdbus::Struct<std::string, std::uint64_t>> trees;
    trees.reserve(image_.tree_bytes.size());
    for (std::size_t i = 0; i < image_.tree_bytes.size(); ++i)
        trees.emplace_back(image_.trees[i], image_.tree_bytes[i]);
    return trees;
}

sdbus::Struct<std::string, std::string> ImageObject::Verification() {
    const auto& verification = image_.verification;
    if (verification.kind == store::kVerifiedByDigest)
        return {verification.kind, verification.reference};
    if (verification.kind == store::kVerifiedByPolicy)
        return {verification.kind, verification.rule};
    return {verification.kind, verification.by};
}

void ImageObject::Remove(sdbus::Result<>&& result, std::uint64_t flags) {
    remover_(std::move(result), client::current_sender(getObject()), image_.id, flags);
}

}  // namespace podd::daemon
