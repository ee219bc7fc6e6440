// SPDX-License-Identifier: LGPL-2.1-or-later
// appc's meta discovery, as far as it is text: where to ask, what a page says, what a template
// becomes. Source: appc spec 0.8.11, discovery.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "schema/app.h"
#include "schema/names.h"

namespace podd::fetch {

/// Where a name may be discovered: itself, then one component less each time, down to the host.
/// Errors: kInvalidArgument when it has more than 16 components.
base::Result<std::vector<std::string>> discovery_places(const schema::AcIdentifier& name);

/// What a page says about a name, in its order.
struct Discovered {
    std::vector<std::string> templates{};  // of "ac-discovery"
    std::vector<std::string> keys{};       // URLs of "ac-discovery-pubkeys", each once
    bool operator==(const Discovered&) const = default;
};

/// Tags count whose prefix the name begins with, by characters and not by components, as the spec
/// has it. Errors: kInvalidArgument, more of them than anybody needs; those of meta_tags().
base::Result<Discovered> read_discovery_page(std::string_view page, std::string_view name);

/// The URL of an image ("aci") or its signature ("aci.asc"). A version that is missing or empty is
/// "latest". Nothing where the template has no {ext} or something in braces that has no value.
/// Values go in once and cannot bring braces of their own; what may not stand in a path is escaped.
std::optional<std::string> render_template(std::string_view text, const schema::AcIdentifier& name,
                                           const std::vector<schema::Label>& labels,
                                           std::string_view extension);

/// The labels with "os" and "arch" of this host where they are missing; `machine` as `uname -m`
/// says it.
std::vector<schema::Label> with_host_labels(std::vector<schema::Label> labels,
                                            std::string_view machine);

}  // namespace podd::fetch
