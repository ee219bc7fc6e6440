// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pod's apps can learn from the metadata service, collected while the plan is made.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/metadata_record.h"
#include "plan/plan.h"
#include "pod/resolve.h"
#include "schema/annotations.h"
#include "schema/pod_manifest.h"
#include "store/reader.h"

namespace podd::pod {

/// Whether the pod has the service. An ACI may expect it: the specification has every executor
/// offer it.
std::optional<plan::Metadata> metadata_wish(const schema::PodSettings& settings,
                                            const std::vector<store::ImageRecord>& images);

class Metadata {
public:
    /// Errors: kIo: no random bytes.
    static base::Result<Metadata> begin(const std::string& pod, const std::string& uuid,
                                        const schema::PodManifest& manifest);

    /// $AC_METADATA_URL of all apps.
    std::string url() const;
    /// The next of the manifest's apps.
    void add(const ResolvedApp& app, const store::ImageRecord& image);
    /// Of all apps. In its manifest images have ids, apps say what they run, and a mount point for
    /// which podd made up a volume has that volume.
    plan::MetadataRecord finish() &&;

private:
    Metadata(plan::MetadataRecord record, schema::PodManifest manifest)
        : record_{std::move(record)}, manifest_{std::move(manifest)} {}
    plan::MetadataRecord record_;
    schema::PodManifest manifest_;
};

/// Into the pod's runtime folder. Errors: kInvalidArgument: too large; kIo.
base::Result<> write_metadata(int run_dir, const plan::MetadataRecord& record);

}  // namespace podd::pod
