// SPDX-License-Identifier: LGPL-2.1-or-later
// What an image is fetched by: a reference of a registry, the URL of an ACI, or an appc name that
// its owner's web site leads on from.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "schema/docker_reference.h"
#include "schema/pod_manifest.h"

namespace podd::schema {

/// https:// or http://, with a host and a path, without user, password and fragment.
struct WebUrl {
    std::string text;   // scheme and host in lower case, otherwise as given; a query may be secret
    std::string place;  // HOST[:PORT]/PATH: what rules are about; no port where it is the usual one
    bool secure = true;  // https
    bool operator==(const WebUrl&) const = default;
};

bool is_web_url(std::string_view text);
/// Errors: kInvalidArgument.
base::Result<WebUrl> parse_web_url(std::string_view text);

/// An appc name has labels, and never an id.
using FetchReference = std::variant<DockerReference, WebUrl, ImageReference>;

/// "docker://…", "https://….aci" or "example.com/app[:VERSION][,LABEL=VALUE…]". Errors:
/// kInvalidArgument, with a hint what may have been meant.
base::Result<FetchReference> parse_fetch_reference(std::string_view text);

/// What parse_fetch_reference() reads as this; of labels, in one order.
std::string str(const FetchReference& reference);

// The query of a URL may be as good as a password (an object store's signed URLs): nobody but the
// server is told of it.

/// The same for records and whoever may look on: in place of a query stands a number that tells it
/// from others, "https://example.com/a.aci?~0123456789abcdef".
std::string kept(const FetchReference& reference);
std::string kept_url(std::string_view url);
/// Any word, for people: "https://example.com/a.aci?…".
std::string shown(std::string_view word);

}  // namespace podd::schema
