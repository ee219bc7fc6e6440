// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/root_manifest.h"

#include <string>

#include "schema/platform.h"
#include "schema/scalars.h"

namespace podd::schema {

namespace {

void add_missing(std::vector<Label>& labels, std::string_view name, std::string value) {
    if (!label(labels, name))
        labels.push_back({AcIdentifier::parse(name).value(), std::move(value)});
}

}  // namespace

base::Result<ImageManifest> root_manifest(const RootSettings& settings, std::string_view machine) {
    auto labels = settings.labels;
    add_missing(labels, "os", "linux");
    // Only programs know what they were made for; what a user unpacks is nearly always for here.
    if (auto arch = arch_of_machine(machine)) add_missing(labels, "arch", *std::move(arch));
    base::Json json;
    json.add("acKind", "ImageManifest");
    json.add("acVersion", kAcVersion);
    json.add("name", settings.name.str());
    json.add("labels", to_json(labels));
    if (settings.app) json.add("app", *settings.app);
    return ImageManifest::from_json(json);
}

}  // namespace podd::schema
