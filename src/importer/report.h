// SPDX-License-Identifier: LGPL-2.1-or-later
// What the importer says on its standard output: JSON, one object on each line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/json.h"
#include "base/layer_progress.h"

namespace podd::importer {

class Report {
public:
    explicit Report(int fd) : fd_{fd} {}

    /// {"progress":{"bytes":N,"total":M}}, at most ten times a second. `total` is left out where
    /// nobody knows it.
    void progress(std::uint64_t bytes, std::optional<std::uint64_t> total);
    /// The same of an image with layers, and "layers":[["unpacking",N,M],…]; once more when all are
    /// done.
    void progress(const std::vector<base::LayerProgress>& layers);
    /// {"image":{"id":…,"name":…,"notes":[…]}}: added or removed; the last line of a
    /// success.
    void image(const std::string& id, const std::string& name,
               const std::vector<std::string>& notes) const;
    /// {"aci":{"name":…,"labels":[…],"dependencies":[…]}}, as in an image manifest: the last line
    /// of a success that only looked at an ACI.
    void manifest(const base::Json& aci) const;
    /// {"done":{}}: the last line of a success that is about no single image.
    void done() const;
    /// {"error":{"code":…,"message":…}}; the last line of a failure.
    void error(const base::Error& error) const;

private:
    bool is_due();

    int fd_;
    std::uint64_t last_usec_ = 0;
};

}  // namespace podd::importer
