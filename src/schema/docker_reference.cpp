// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/docker_reference.h"

#include <algorithm>

#include <fmt/format.h>

#include "schema/json_node.h"

namespace podd::schema {

using base::Result;

namespace {

constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kMaxTagBytes = 128;
constexpr std::string_view kDefaultRegistry = "docker.io";
constexpr std::string_view kOldDefaultRegistry = "index.docker.io";

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c);
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

// Calls `good` for each part between separators; all must be.
template <typename Good>
bool all_parts(std::string_view text, char separator, Good good) {
    while (true) {
        const auto end = text.find(separator);
        if (!good(text.substr(0, end))) return false;
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 1);
    }
}

bool is_host_part(std::string_view part) {
    return !part.empty() && part.front() != '-' && part.back() != '-' &&
           std::ranges::all_of(part, [](char c) { return is_lower_or_digit(c) || c == '-'; });
}

bool is_ip6(std::string_view host) {
    return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
           std::ranges::all_of(host.substr(1, host.size() - 2),
                               [](char c) { return is_hex(c) || c == ':'; });
}

bool is_registry(std::string_view text) {
    auto host = text;
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos && !text.ends_with(']')) {
        const auto port = text.substr(colon + 1);
        if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit)) return false;
        host = text.substr(0, colon);
    }
    return is_ip6(host) || all_parts(host, '.', is_host_part);
}

// Letters and digits with one ".", one or two "_" or any number of "-" between them.
bool is_repository_part(std::string_view part) {
    if (part.empty() || !is_lower_or_digit(part.front()) || !is_lower_or_digit(part.back()))
        return false;
    for (std::size_t i = 0; i < part.size();) {
        if (is_lower_or_digit(part[i])) {
            ++i;
            continue;
        }
        const auto end = std::min(part.find_first_not_of(part[i], i), part.size());
        const auto count = end - i;
        const bool good =
            (part[i] == '.' && count == 1) || (part[i] == '_' && count <= 2) || part[i] == '-';
        if (!good || !is_lower_or_digit(part[end])) return false;
        i = end;
    }
    return true;
}

bool is_tag(std::string_view tag) {
    const auto word = [](char c) {
        return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !tag.empty() && tag.size() <= kMaxTagBytes && word(tag.front()) &&
           std::ranges::all_of(tag, [&](char c) { return word(c) || c == '.' || c == '-'; });
}

Result<> set_name(DockerReference& reference, std::string_view name) {
    const auto slash = name.find('/');
    const auto first = lower(name.substr(0, slash));
    const bool has_registry =
        slash != std::string_view::npos &&
        (first.find_first_of(".:") != std::string::npos || first == "localhost");
    reference.registry = has_registry ? first : std::string{kDefaultRegistry};
    if (reference.registry == kOldDefaultRegistry) reference.registry = kDefaultRegistry;
    reference.repository = has_registry ? name.substr(slash + 1) : name;
    if (reference.registry == kDefaultRegistry &&
        reference.repository.find('/') == std::string::npos)
        reference.repository = "library/" + reference.repository;
    if (!is_registry(reference.registry))
        return found_wanted(quoted(first), "a registry: a host name with or without :PORT");
    if (!all_parts(reference.repository, '/', is_repository_part))
        return found_wanted(quoted(reference.repository),
                            "a repository: lower-case letters and digits, with . _ - and / "
                            "between them");
    if (reference.name().size() > kMaxNameBytes)
        return found_wanted(fmt::format("a name of {} bytes", reference.name().size()),
                            fmt::format("at most {}", kMaxNameBytes));
    return {};
}

Result<DockerReference> parse(std::string_view text) {
    if (!text.starts_with(kDockerScheme))
        return found_wanted(quoted(text), "docker://[REGISTRY/]REPOSITORY[:TAG][@DIGEST]");
    text.remove_prefix(kDockerScheme.size());
    DockerReference reference;
    if (const auto at = text.find('@'); at != std::string_view::npos) {
        auto digest = TRY(Digest::parse(text.substr(at + 1)));
        if (digest.algorithm() != "sha256")
            return found_wanted(quoted(digest.algorithm()), "a digest of sha256");
        reference.digest = std::move(digest);
        text = text.substr(0, at);
    }
    // A ":" before the last "/" is that of a port.
    const auto slash = text.rfind('/');
    const auto colon = text.rfind(':');
    if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
        reference.tag = text.substr(colon + 1);
        if (!is_tag(reference.tag))
            return found_wanted(quoted(reference.tag), "a tag: letters, digits, and _ . -");
        text = text.substr(0, colon);
    } else if (!reference.digest) {
        reference.tag = "latest";
    }
    TRY(set_name(reference, text));
    return reference;
}

}  // namespace

std::string DockerReference::str() const {
    std::string text = std::string{kDockerScheme} + name();
    if (!tag.empty()) text += ":" + tag;
    if (digest) text += "@" + digest->str();
    return text;
}

Result<DockerReference> parse_docker_reference(std::string_view text) {
    return TRY_CONTEXT(parse(text), "image {}", quoted(text));
}

}  // namespace podd::schema
