// SPDX-License-Identifier: LGPL-2.1-or-later
// What the programs that work in podd's place say on their standard output: JSON, one object on
// each line; pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/layer_progress.h"
#include "base/result.h"

namespace podd::daemon {

struct WorkProgress {
    std::uint64_t bytes = 0;
    std::uint64_t total = 0;  // 0: not known
    std::vector<base::LayerProgress> layers;
};

/// Of an import and of a removal; empty for what is about no single image.
struct ImportedImage {
    std::string id;
    std::string name;
    std::vector<std::string> notes;  // for a person
};
using ImporterSays = std::variant<WorkProgress, ImportedImage, base::Error>;
/// Errors: kInternal when the line is not what was agreed.
base::Result<ImporterSays> importer_line(std::string_view line);

/// What the fetcher says of an ACI.
struct FetchedAci {
    std::string url;  // where it was found
    std::string etag;
    std::uint64_t max_age = 0;  // seconds
    bool has_signature = false;
    bool not_modified = false;  // nothing was fetched: the store has it
};

/// The fetcher has done its part. Which image it believes to have fetched is not taken from it: it
/// talks to strangers, and the importer reads what is there.
struct FetchedImage {
    std::optional<FetchedAci> aci{};
    bool unchanged = false;  // of a registry: nothing was fetched, the store has it
};
/// Of an image of a registry, before any of them is fetched: the digests of the large ones that it
/// would fetch. It waits for an answer then.
struct WantedLayers {
    std::set<std::string> digests;
};
using FetcherSays = std::variant<WorkProgress, FetchedImage, base::Error, WantedLayers>;
/// Errors: kInternal when the line is not what was agreed.
base::Result<FetcherSays> fetcher_line(std::string_view line);

}  // namespace podd::daemon
