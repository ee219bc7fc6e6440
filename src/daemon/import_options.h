// SPDX-License-Identifier: LGPL-2.1-or-later
// What the importer is started with and what it says; pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <sys/types.h>

#include "base/result.h"
#include "client/systemd.h"

namespace podd::daemon {

/// The "options" of ImportImage() as the importer's --options= JSON. Errors: kInvalidArgument: a
/// key that is not known, another type, an App that is no JSON object.
base::Result<std::string> import_options(const std::map<std::string, sdbus::Variant>& options,
                                         uid_t caller);

/// One line of the importer's standard output.
struct ImportProgress {
    std::uint64_t bytes = 0;
    std::uint64_t total = 0;  // 0: not known
};
/// Of an import and of a removal; empty for what is about no single image.
struct ImportedImage {
    std::string id;
    std::string name;
    std::vector<std::string> notes;  // for a person
};
using ImporterSays = std::variant<ImportProgress, ImportedImage, base::Error>;
/// Errors: kInternal when the line is not what was agreed.
base::Result<ImporterSays> importer_line(std::string_view line);

/// Properties of the transient service that runs the importer with these arguments.
client::BusProperties importer_service(const std::vector<std::string>& arguments,
                                       const std::string& description);

}  // namespace podd::daemon
