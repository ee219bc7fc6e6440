// SPDX-License-Identifier: LGPL-2.1-or-later
// What the fetcher says on its standard output: JSON, one object on each line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/layer_progress.h"
#include "base/result.h"
#include "fetch/aci.h"
#include "schema/digest.h"
#include "schema/docker_reference.h"
#include "schema/oci.h"

namespace podd::fetcher {

class Report {
public:
    explicit Report(int fd) : fd_{fd} {}

    /// {"progress":{"bytes":N,"total":M}}, at most ten times a second, and once at the end. A total
    /// of 0 is not known.
    void progress(std::uint64_t bytes, std::uint64_t total);
    /// The same of an image with layers, and "layers":[["fetching",N,M],…].
    void progress(const std::vector<base::LayerProgress>& layers);
    /// {"wanted":["sha256:…",…]}: layers that would be fetched; the small ones, and what is too
    /// much for one line, nobody need wait for. Errors: kIo.
    base::Result<> wanted(const std::vector<schema::OciDescriptor>& layers) const;
    /// {"fetched":{"name":…,"tag":…,"digest":…}}; the last line of a success. `digest` is what the
    /// reference names: of an index where there is one. Without one it leads to what was known, and
    /// "unchanged":true stands there. Errors: kIo, when nobody could be told.
    base::Result<> fetched(const schema::DockerReference& reference,
                           const std::optional<schema::Digest>& digest) const;
    /// {"fetched":{"kind":"aci",…}}; `name` is empty for an image that was named by its URL.
    base::Result<> fetched(const fetch::FetchedAci& image, const std::string& name) const;
    /// {"keys":[{"url":…,"file":…}…]}
    base::Result<> fetched(const std::vector<fetch::FetchedKey>& keys) const;
    /// {"error":{"code":…,"message":…}}; the last line of a failure.
    void error(const base::Error& error) const;

private:
    bool is_due(base::ByteCount count);

    int fd_;
    std::uint64_t last_usec_ = 0;
};

}  // namespace podd::fetcher
