// SPDX-License-Identifier: LGPL-2.1-or-later
// The store's images as bus objects.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/pinned.h"
#include "base/result.h"
#include "daemon/fetch_plan.h"
#include "daemon/image_object.h"

namespace podd::daemon {

class Images : private base::Pinned {
public:
    Images(sdbus::IConnection& bus, ImageObject::Remover remover)
        : bus_{bus}, remover_{std::move(remover)} {}

    /// Reads the store again. A store that is not there yet holds no images.
    base::Result<> refresh();

    /// By id, by an unambiguous beginning of it, or by name. Errors: kNotFound, kConflict.
    static base::Result<store::ImageRecord> find(const std::string& word);

    /// What the store has for a reference of a registry, see stored_image().
    static base::Result<store::ImageRecord> find_fetched(const schema::DockerReference& reference,
                                                         const trust::Policy& policy);

    /// As they are in the store now; none when there is no store.
    static base::Result<std::vector<store::ImageRecord>> stored();

    /// See store::check_accepted(): with all that the image depends on.
    static base::Result<> check_accepted(const store::ImageRecord& image);

    /// Sorted by id.
    std::vector<store::ImageRecord> list() const;

private:
    sdbus::IConnection& bus_;
    ImageObject::Remover remover_;
    std::map<std::string, std::unique_ptr<ImageObject>> objects_;
};

}  // namespace podd::daemon
