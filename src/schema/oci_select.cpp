// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/oci_select.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "schema/json_node.h"

namespace podd::schema {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kRefName = "org.opencontainers.image.ref.name";
constexpr std::string_view kFullName = "io.containerd.image.name";
// Set by BuildKit on attestations, which are manifests, but of no image.
constexpr std::string_view kAttestation = "vnd.docker.reference.type";
constexpr std::size_t kListed = 8;

struct Machine {
    std::string_view name;  // `uname -m`
    std::string_view architecture;
    std::string_view variant;
};
constexpr std::array kMachines{
    Machine{"x86_64", "amd64", ""},    Machine{"i386", "386", ""},
    Machine{"i486", "386", ""},        Machine{"i586", "386", ""},
    Machine{"i686", "386", ""},        Machine{"aarch64", "arm64", "v8"},
    Machine{"armv8l", "arm", "v7"},    Machine{"armv7l", "arm", "v7"},
    Machine{"armv6l", "arm", "v6"},    Machine{"ppc64", "ppc64", ""},
    Machine{"ppc64le", "ppc64le", ""}, Machine{"s390x", "s390x", ""},
    Machine{"riscv64", "riscv64", ""}, Machine{"loongarch64", "loong64", ""},
};

std::string_view find_annotation(const OciDescriptor& descriptor, std::string_view name) {
    for (const auto& [key, value] : descriptor.annotations)
        if (key == name) return value;
    return {};
}

bool may_be_image(const OciDescriptor& descriptor) {
    const MediaKind kind = media_kind(descriptor.media_type);
    if (kind != MediaKind::kManifest && kind != MediaKind::kIndex) return false;
    if (!find_annotation(descriptor, kAttestation).empty()) return false;
    return !descriptor.platform || descriptor.platform->os != "unknown";
}

// 0 is best; empty when the host cannot run it. Source: OCI image-spec image-index.md "Platform
// Variants"; containerd's order of preference.
std::optional<int> rank(const OciPlatform& platform, const OciPlatform& host) {
    if (platform.os != host.os || platform.architecture != host.architecture) return std::nullopt;
    if (platform.variant == host.variant) return 0;
    constexpr int kWithout = 50;
    constexpr int kFloor = 5;  // arm v5 is the least there is
    if (platform.variant.empty()) return kWithout;
    const auto version = [](std::string_view variant) {
        return variant.size() == 2 && variant[0] == 'v' && variant[1] >= '1' && variant[1] <= '9'
                   ? variant[1] - '0'
                   : 0;
    };
    const int theirs = version(platform.variant);
    // The least variant of each is what every machine of that name has.
    const int ours = host.variant.empty() ? 1 : version(host.variant);
    if (host.architecture == "arm64" || theirs == 0 || theirs > ours) return std::nullopt;
    if (host.architecture == "arm" && theirs < kFloor) return std::nullopt;
    return ours - theirs;
}

std::string words(const OciPlatform& platform) {
    return fmt::format("{}/{}{}{}", platform.os, platform.architecture,
                       platform.variant.empty() ? "" : "/", platform.variant);
}

// "a, b and 3 more", each quoted.
std::string listed(const std::vector<std::string>& names) {
    std::vector<std::string> shown;
    for (const auto& name : names)
        if (shown.size() < kListed) shown.push_back(quoted(name));
    std::string text = fmt::format("{}", fmt::join(shown, ", "));
    if (names.size() > kListed) text += fmt::format(" and {} more", names.size() - kListed);
    return text;
}

Error twins(std::string_view name, std::string_view first, std::string_view second) {
    return {ErrorCode::kConflict,
            fmt::format("two images here are called {}: {} and {}", quoted(name), first, second)};
}

Result<OciDescriptor> best_of(const std::vector<const OciDescriptor*>& candidates,
                              const OciPlatform& host) {
    const OciDescriptor* best = nullptr;
    const OciDescriptor* twin = nullptr;  // of the same name, no worse, and another
    int best_rank = 0;
    std::vector<std::string> others;
    for (const auto* candidate : candidates) {
        constexpr int kUnknown = 100;  // says no platform: its configuration will
        auto mine = candidate->platform ? rank(*candidate->platform, host) : kUnknown;
        if (!mine) {
            others.push_back(words(*candidate->platform));
            continue;
        }
        if (best != nullptr && best_rank == *mine && best->digest != candidate->digest &&
            reference_of(*best) == reference_of(*candidate))
            twin = candidate;
        if (best != nullptr && best_rank <= *mine) continue;
        best = candidate;
        twin = nullptr;
        best_rank = *mine;
    }
    // Without names the first one counts. Source: OCI image-spec, image-index.md.
    if (twin != nullptr && !reference_of(*best).empty())
        return twins(reference_of(*best), best->digest.str(), twin->digest.str());
    if (best != nullptr) return *best;
    return Error{ErrorCode::kUnsupported,
                 fmt::format("image is for {}, this host is {}", listed(others), words(host))};
}

}  // namespace

std::optional<OciPlatform> oci_platform_of_machine(std::string_view machine) {
    for (const auto& known : kMachines)
        if (known.name == machine)
            return OciPlatform{std::string{known.architecture}, "linux",
                               std::string{known.variant}};
    return std::nullopt;
}

std::string_view reference_of(const OciDescriptor& descriptor) {
    const auto full = find_annotation(descriptor, kFullName);
    return full.empty() ? find_annotation(descriptor, kRefName) : full;
}

Result<OciDescriptor> select_image(const OciIndex& index, std::string_view reference,
                                   const OciPlatform& host) {
    std::vector<const OciDescriptor*> candidates;
    std::vector<std::string> names;
    std::set<std::string_view> seen;
    for (const auto& descriptor : index.manifests) {
        if (!may_be_image(descriptor)) continue;
        const auto name = reference_of(descriptor);
        if (seen.insert(name).second) names.emplace_back(name);
        if (reference.empty() || name == reference ||
            find_annotation(descriptor, kRefName) == reference)
            candidates.push_back(&descriptor);
    }
    if (names.empty()) return Error{ErrorCode::kNotFound, "no image in the index"};
    if (candidates.empty())
        return Error{ErrorCode::kNotFound, fmt::format("no image {} here, there is {}",
                                                       quoted(reference), listed(names))};
    if (reference.empty() && names.size() > 1)
        return Error{ErrorCode::kConflict,
                     fmt::format("several images here, say which: {}", listed(names))};
    return best_of(candidates, host);
}

Result<DockerArchiveImage> select_image(const std::vector<DockerArchiveImage>& images,
                                        std::string_view reference) {
    std::vector<std::string> names;
    const DockerArchiveImage* found = nullptr;
    for (std::size_t index = 0; index < images.size(); ++index) {
        const auto& tags = images[index].repo_tags;
        const auto has = [&](const std::string& tag) {
            return std::find(tags.begin(), tags.end(), tag) != tags.end();
        };
        const std::string number = fmt::format("@{}", index);
        if (reference == number) return images[index];
        if (has(std::string{reference}) || has(fmt::format("{}:latest", reference))) {
            if (found != nullptr && found->config != images[index].config)
                return twins(reference, found->config, images[index].config);
            found = &images[index];
        }
        names.push_back(tags.empty() ? number : tags.front());
    }
    if (found != nullptr) return *found;
    if (!reference.empty())
        return Error{ErrorCode::kNotFound, fmt::format("no image {} here, there is {}",
                                                       quoted(reference), listed(names))};
    if (images.size() == 1) return images.front();
    return Error{ErrorCode::kConflict,
                 fmt::format("several images here, say which: {}", listed(names))};
}

}  // namespace podd::schema
