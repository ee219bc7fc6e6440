// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/docker_reference.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "schema/json_node.h"

namespace podd::schema {

using base::Result;

namespace {

constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxTag = 128;
constexpr std::size_t kMaxText = 1024;
constexpr std::size_t kIdDigits = 64;
constexpr std::size_t kSha256Text = 7 + kIdDigits;  // "sha256:" and its digits

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_lower_or_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z');
}
bool is_alphanumeric(char c) {
    return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z');
}
bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f');
}

// Calls `check` with each piece between separators, also with empty ones.
template <typename Check>
bool all_pieces(std::string_view text, char separator, Check check) {
    while (true) {
        const auto end = text.find(separator);
        if (!check(text.substr(0, end))) return false;
        if (end == std::string_view::npos) return true;
        text.remove_prefix(end + 1);
    }
}

bool is_host_label(std::string_view label) {
    return !label.empty() && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return is_alphanumeric(c) || c == '-'; });
}

bool is_ipv6(std::string_view text) {
    return text.size() > 2 && text.size() <= 45 && text.find(':') != std::string_view::npos &&
           std::all_of(text.begin(), text.end(), [](char c) {
               return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' ||
                      c == '.';
           });
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    for (const char c : text) {
        if (!is_digit(c) || text.size() > 5) return false;
        port = port * 10 + static_cast<unsigned>(c - '0');
    }
    return port > 0 && port <= 65535;
}

// [a-z0-9]+ with one ".", one or two "_" or any number of "-" between.
bool is_component(std::string_view text) {
    std::size_t at = 0;
    while (true) {
        const auto begin = at;
        while (at < text.size() && is_lower_or_digit(text[at]))
            ++at;
        if (at == begin) return false;
        if (at == text.size()) return true;
        const char separator = text[at];
        const auto run = std::min(text.find_first_not_of(separator, at), text.size()) - at;
        if (!(separator == '-' || (separator == '.' && run == 1) || (separator == '_' && run <= 2)))
            return false;
        at += run;
    }
}

Result<> check_tag(std::string_view tag) {
    const bool fits = !tag.empty() && tag.size() <= kMaxTag && tag.front() != '.' &&
                      tag.front() != '-' && std::all_of(tag.begin(), tag.end(), [](char c) {
                          return is_alphanumeric(c) || c == '_' || c == '.' || c == '-';
                      });
    if (fits) return {};
    return found_wanted(
        fmt::format("tag {}", quoted(tag)),
        "1 to 128 letters, digits, \"_\", \".\" and \"-\" that begin with neither \".\" nor \"-\"");
}

// What stands in front of the first slash, when it is a registry.
std::string_view registry_in(std::string_view text) {
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return {};
    const auto first = text.substr(0, slash);
    const bool is_registry =
        first.find_first_of(".:") != std::string_view::npos || first == "localhost";
    return is_registry ? first : std::string_view{};
}

Result<DockerReference> parse_name(std::string_view text) {
    DockerReference reference;
    const auto at = text.find('@');
    if (at != std::string_view::npos) {
        reference.digest = TRY(Digest::parse(text.substr(at + 1)));
        if (reference.digest->str().size() != kSha256Text)
            return found_wanted(quoted(reference.digest->str()), "a digest of sha256");
        text = text.substr(0, at);
    }
    const auto registry = registry_in(text);
    if (text.starts_with('/')) return found_wanted("\"/\" at the beginning", "a repository");
    if (!registry.empty()) {
        TRY(check_registry(registry));
        text.remove_prefix(registry.size() + 1);
    }
    if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        reference.tag = text.substr(colon + 1);
        TRY(check_tag(reference.tag));
        text = text.substr(0, colon);
    }
    TRY(check_repository(text));
    reference.registry = canonical_registry(registry.empty() ? kDockerHub : registry);
    const bool is_short =
        reference.registry == kDockerHub && text.find('/') == std::string_view::npos;
    if (is_short && text.size() == kIdDigits && std::all_of(text.begin(), text.end(), is_hex))
        return found_wanted(fmt::format("{}, an image's id", quoted(text)),
                            "a repository; a digest goes behind one, as in nginx@sha256:…");
    reference.repository = fmt::format("{}{}", is_short ? "library/" : "", text);
    if (reference.tag.empty() && !reference.digest) reference.tag = "latest";
    if (const auto size = reference.name().size(); size > kMaxName)
        return found_wanted(fmt::format("a name of {} bytes", size),
                            fmt::format("at most {}", kMaxName));
    return reference;
}

}  // namespace

std::string DockerReference::name() const {
    return fmt::format("{}/{}", registry, repository);
}

std::string DockerReference::str() const {
    return fmt::format("{}{}{}{}{}{}", kDockerScheme, name(), tag.empty() ? "" : ":", tag,
                       digest ? "@" : "", digest ? digest->str() : "");
}

Result<> check_registry(std::string_view text) {
    constexpr std::string_view kWanted = "a registry as HOST or HOST:PORT";
    auto host = text;
    auto port = std::string_view{};
    const auto colon = text.rfind(':');
    const auto bracket = text.rfind(']');
    const bool has_port =
        colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    if (has_port) {
        host = text.substr(0, colon);
        port = text.substr(colon + 1);
    }
    if (has_port && !is_port(port))
        return found_wanted(fmt::format("port {} in {}", quoted(port), quoted(text)),
                            "a number from 1 to 65535");
    const bool fits = host.starts_with('[') && host.ends_with(']')
                          ? is_ipv6(host.substr(1, host.size() - 2))
                          : all_pieces(host, '.', is_host_label);
    if (!fits || host.size() > kMaxName) return found_wanted(quoted(text), kWanted);
    return {};
}

Result<> check_repository(std::string_view text) {
    if (text.empty()) return found_wanted("no repository", "one, as in library/nginx");
    if (all_pieces(text, '/', is_component)) return {};
    const bool upper =
        std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    return found_wanted(
        fmt::format("repository {}{}", quoted(text), upper ? " with capital letters" : ""),
        "lower-case letters and digits, with \".\", \"_\", \"__\" or \"-\" between them and single "
        "slashes between components");
}

std::string canonical_registry(std::string_view registry) {
    constexpr std::array<std::string_view, 3> kHubs{kDockerHub, "index.docker.io",
                                                    "registry-1.docker.io"};
    std::string lower{registry};
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (std::find(kHubs.begin(), kHubs.end(), lower) != kHubs.end()) return std::string{kDockerHub};
    return lower;
}

Result<DockerReference> parse_docker_reference(std::string_view text) {
    if (!text.starts_with(kDockerScheme))
        return found_wanted(quoted(text), "docker://[REGISTRY/]REPOSITORY[:TAG][@DIGEST]");
    if (text.size() > kMaxText)
        return found_wanted(fmt::format("a reference of {} bytes", text.size()),
                            fmt::format("at most {}", kMaxText));
    return TRY_CONTEXT(parse_name(text.substr(kDockerScheme.size())), "image {}", quoted(text));
}

}  // namespace podd::schema
