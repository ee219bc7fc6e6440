// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/pull_policy.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/json_node.h"

namespace podd::schema {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kOciId = "sha256:";

// The store's names have no ":"; "_" is never part of a host's name.
std::string with_port(std::string name) {
    const auto slash = std::min(name.find('/'), name.size());
    const auto mark = name.rfind('_', slash);
    const bool is_port = mark != std::string::npos && mark + 1 < slash &&
                         std::all_of(name.begin() + static_cast<std::ptrdiff_t>(mark) + 1,
                                     name.begin() + static_cast<std::ptrdiff_t>(slash),
                                     [](char c) { return c >= '0' && c <= '9'; });
    if (is_port) name[mark] = ':';
    return name;
}

Result<std::string> which_one(const ImageReference& image) {
    if (image.id && image.id->starts_with(kOciId)) return "@" + *image.id;
    if (image.id)
        return found_wanted(quoted(*image.id), "an id of a registry's, \"sha256:…\", to fetch it");
    for (const auto& label : image.labels)
        if (label.name.str() == "version") return ":" + label.value;
    return std::string{};
}

}  // namespace

Result<PullPolicy> parse_pull_policy(std::string_view text) {
    if (text == "missing" || text == "new") return PullPolicy::kMissing;
    if (text == "always" || text == "update") return PullPolicy::kAlways;
    if (text == "never") return PullPolicy::kNever;
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found pull policy \"{}\", wanted missing, always or never", text)};
}

Result<DockerReference> pull_reference(const ImageReference& image) {
    constexpr std::string_view kWanted =
        "the name of an image of a registry in full, such as \"docker.io/library/nginx\", to fetch "
        "it";
    if (!image.name) return found_wanted("no name", kWanted);
    const auto which = TRY(which_one(image));
    auto reference = TRY(parse_docker_reference(
        fmt::format("{}{}{}", kDockerScheme, with_port(image.name->str()), which)));
    // What is fetched must be what the app asks for.
    const auto stored = AcIdentifier::sanitized(reference.name());
    if (!stored || *stored != *image.name) return found_wanted(quoted(image.name->str()), kWanted);
    return reference;
}

}  // namespace podd::schema
