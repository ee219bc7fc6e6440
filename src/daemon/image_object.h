// SPDX-License-Identifier: LGPL-2.1-or-later
// D-Bus objects /org/podd1/image/<id>.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/pinned.h"
#include "client/sdbus_compat.h"
#include "image_adaptor.h"  // generated from dbus/org.podd1.Image.xml
#include "store/reader.h"

namespace podd::daemon {

std::map<std::string, std::string> labels_of(const store::ImageRecord& image);

class ImageObject final
    : public sdbus::AdaptorInterfaces<org::podd1::Image_adaptor, sdbus::ManagedObject_adaptor>,
      private base::Pinned {
public:
    /// What Remove() is handed on to: reply, sender, image, flags.
    using Remover = std::function<void(sdbus::Result<>&&, const std::string& sender,
                                       const std::string& id, std::uint64_t flags)>;

    ImageObject(sdbus::IConnection& bus, store::ImageRecord image, const Remover& remover);
    ~ImageObject();

    const store::ImageRecord& record() const { return image_; }
    /// Whether the record still says what this object does.
    bool shows(const store::ImageRecord& record) const;

private:
    void Remove(sdbus::Result<>&& result, std::uint64_t flags) override;
    std::string ID() override { return image_.id; }
    std::string Name() override { return image_.manifest.name.str(); }
    std::map<std::string, std::string> Labels() override { return labels_of(image_); }
    std::string Kind() override { return image_.kind == store::ImageKind::kAci ? "aci" : "oci"; }
    std::uint64_t SizeBytes() override { return image_.size_bytes; }
    std::uint64_t ImportedUSec() override { return image_.imported_usec; }
    std::uint64_t LastUsedUSec() override;
    std::vector<sdbus::Struct<std::string, std::uint64_t>> Trees() override;
    sdbus::Struct<std::string, std::string> Verification() override;

    const store::ImageRecord image_;
    const Remover& remover_;
};

}  // namespace podd::daemon
