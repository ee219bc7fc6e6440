// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/pull_policy.h"

#include <algorithm>
#include <utility>
#include <variant>

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

Result<FetchReference> reference_of_name(const ImageReference& image) {
    constexpr std::string_view kWanted =
        "the name of an image of a registry in full, such as \"docker.io/library/nginx\", or where "
        "to fetch it from, see podd.org/pull-from in podd.pod(5)";
    if (!image.name) return found_wanted("no name", kWanted);
    const auto which = TRY(which_one(image));
    auto reference = TRY(parse_docker_reference(
        fmt::format("{}{}{}", kDockerScheme, with_port(image.name->str()), which)));
    // What is fetched must be what the app asks for.
    const auto stored = AcIdentifier::sanitized(reference.name());
    if (!stored || *stored != *image.name) return found_wanted(quoted(image.name->str()), kWanted);
    return FetchReference{std::move(reference)};
}

Result<> check_name(const ImageReference& image, const std::string& brought) {
    if (!image.name || image.name->str() == brought) return {};
    return found_wanted(
        fmt::format("the image name {}", quoted(image.name->str())),
        fmt::format("{}, as what it is fetched from will be called", quoted(brought)));
}

Result<> check_label(const ImageReference& image, std::string_view name,
                     const std::string& brought) {
    for (const auto& label : image.labels)
        if (label.name.str() == name && label.value != brought)
            return found_wanted(
                fmt::format("the label {} {}", name, quoted(label.value)),
                fmt::format("{}, as what it is fetched from says", quoted(brought)));
    return {};
}

Result<FetchReference> checked(const ImageReference& image, DockerReference source) {
    const auto stored = AcIdentifier::sanitized(source.name());
    TRY(check_name(image, stored ? stored->str() : source.name()));
    if (!source.digest) TRY(check_label(image, "version", source.tag));
    // The id pins the image, wherever it comes from.
    if (image.id && !source.digest)
        source = TRY(parse_docker_reference(
            fmt::format("{}{}{}", kDockerScheme, source.name(), TRY(which_one(image)))));
    return FetchReference{std::move(source)};
}

Result<FetchReference> checked(const ImageReference& image, ImageReference source) {
    if (source.name) TRY(check_name(image, source.name->str()));
    for (const auto& label : source.labels)
        TRY(check_label(image, label.name.str(), label.value));
    return FetchReference{std::move(source)};
}

// What a web server sends nobody knows before.
Result<FetchReference> checked(const ImageReference& /*image*/, WebUrl source) {
    return FetchReference{std::move(source)};
}

}  // namespace

Result<PullPolicy> parse_pull_policy(std::string_view text) {
    if (text == "missing" || text == "new") return PullPolicy::kMissing;
    if (text == "always" || text == "update") return PullPolicy::kAlways;
    if (text == "never") return PullPolicy::kNever;
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found pull policy \"{}\", wanted missing, always or never", text)};
}

Result<FetchReference> pull_reference(const ImageReference& image,
                                      const std::optional<FetchReference>& source) {
    if (!source) return reference_of_name(image);
    return std::visit([&](const auto& one) { return checked(image, one); }, *source);
}

}  // namespace podd::schema
