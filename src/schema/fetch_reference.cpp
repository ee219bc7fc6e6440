// SPDX-License-Identifier: LGPL-2.1-or-later
#include "schema/fetch_reference.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "schema/image_reference.h"
#include "schema/json_node.h"

namespace podd::schema {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kHttps = "https://";
constexpr std::string_view kHttp = "http://";
constexpr std::string_view kAciEnding = ".aci";
// It becomes a folder's name, three bytes for one; a query does not.
constexpr std::size_t kMaxReference = 600;
constexpr std::size_t kMaxUrl = 8000;

std::string lower(std::string_view text) {
    std::string result{text};
    for (char& c : result)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return result;
}

bool begins_with(std::string_view text, std::string_view scheme) {
    return lower(text.substr(0, scheme.size())) == scheme;
}

std::string_view without_query(std::string_view text) {
    return text.substr(0, text.find_first_of("?#"));
}

Error no_url(std::string_view text, std::string_view why) {
    return found_wanted(quoted(without_query(text)), fmt::format("a URL: {}", why));
}

bool is_url_byte(char c) {
    return c > ' ' && c < 0x7F && std::string_view{"\"<>\\^`{|}"}.find(c) == std::string_view::npos;
}

Error no_reference(std::string_view text) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{0} is no reference of an image\nhint: images of registries are "
                             "fetched as docker://{1}, ACIs by name as example.com/app:1.0 or by "
                             "URL, files are given to: podctl import FILE",
                             quoted(text), text)};
}

// Who owns the name is asked over the network, so a host stands in front; "localhost:5000/app" is a
// name with a version to appc, and a registry to whoever types it.
bool is_discoverable(const ImageReference& reference) {
    const auto name = reference.name ? reference.name->str() : std::string{};
    const auto host = name.substr(0, name.find('/'));
    const bool is_host = host == "localhost" || host.find('.') != std::string::npos;
    const auto odd = std::ranges::any_of(reference.labels, [](const Label& label) {
        return label.name.str() == "version" && label.value.find('/') != std::string::npos;
    });
    return is_host && !odd;
}

// FNV-1a, 64 bits: tells queries apart; who knows it has nothing to ask a server with.
std::uint64_t number_of(std::string_view query) {
    std::uint64_t number = 0xcbf29ce484222325;
    for (const char c : query)
        number = (number ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return number;
}

Result<> check_length(std::string_view text) {
    const bool is_web = is_web_url(text);
    const auto counted = is_web ? without_query(text) : text;
    if (counted.size() > kMaxReference)
        return found_wanted(
            fmt::format("a reference of {} bytes{}", counted.size(), is_web ? " and a query" : ""),
            fmt::format("at most {}", kMaxReference));
    if (text.size() > kMaxUrl)
        return found_wanted(fmt::format("a URL of {} bytes", text.size()),
                            fmt::format("at most {}", kMaxUrl));
    return {};
}

Result<FetchReference> docker(std::string_view text) {
    auto reference = TRY(parse_docker_reference(text));
    return FetchReference{std::move(reference)};
}

Result<FetchReference> parse_appc(std::string_view text) {
    auto reference = parse_image_reference(text);
    // With a label or a version it was meant as one, and the reason is of use.
    if (!reference && text.find_first_of(",:") != std::string_view::npos &&
        text.find_first_of("/.") != std::string_view::npos &&
        text.find("://") == std::string_view::npos && text.find('@') == std::string_view::npos)
        return std::move(reference).error();
    if (!reference || !reference->name || !is_discoverable(*reference)) return no_reference(text);
    std::ranges::sort(reference->labels, {}, [](const Label& label) { return label.name.str(); });
    return FetchReference{*std::move(reference)};
}

}  // namespace

bool is_web_url(std::string_view text) {
    return begins_with(text, kHttps) || begins_with(text, kHttp);
}

Result<WebUrl> parse_web_url(std::string_view text) {
    WebUrl url;
    url.secure = begins_with(text, kHttps);
    if (!url.secure && !begins_with(text, kHttp)) return no_url(text, "https://HOST/PATH");
    const auto scheme = url.secure ? kHttps : kHttp;
    const auto rest = text.substr(scheme.size());
    const auto slash = std::min(rest.find('/'), rest.size());
    auto host = lower(rest.substr(0, slash));
    if (host.find('@') != std::string::npos)
        return no_url(text.substr(0, scheme.size()), "without user and password, see auth.d");
    if (!std::ranges::all_of(rest, is_url_byte))
        return no_url(text, "what is no plain character is written as %XX");
    if (rest.find('#') != std::string_view::npos) return no_url(text, "nothing behind \"#\"");
    TRY(check_registry(host));
    if (slash == rest.size()) return no_url(text, "a path behind the host");
    url.text = fmt::format("{}{}{}", scheme, host, rest.substr(slash));
    const std::string_view usual_port = url.secure ? ":443" : ":80";
    if (host.ends_with(usual_port)) host.resize(host.size() - usual_port.size());
    url.place = host + std::string{rest.substr(slash, rest.find('?') - slash)};
    return url;
}

Result<FetchReference> parse_fetch_reference(std::string_view text) {
    if (text.starts_with(kDockerScheme)) return docker(text);
    TRY(check_length(text));
    if (!is_web_url(text)) return parse_appc(text);
    auto url = TRY(parse_web_url(text));
    if (!url.place.ends_with(kAciEnding))
        return no_url(text, "the path of an image ends in \".aci\"");
    return FetchReference{std::move(url)};
}

std::string str(const FetchReference& reference) {
    if (const auto* docker = std::get_if<DockerReference>(&reference)) return docker->str();
    if (const auto* url = std::get_if<WebUrl>(&reference)) return url->text;
    return str(std::get<ImageReference>(reference));
}

std::string kept_url(std::string_view url) {
    const auto shown = without_query(url);
    if (shown.size() == url.size()) return std::string{url};
    return fmt::format("{}?~{:016x}", shown, number_of(url.substr(shown.size())));
}

std::string kept(const FetchReference& reference) {
    const auto* url = std::get_if<WebUrl>(&reference);
    return url == nullptr ? str(reference) : kept_url(url->text);
}

std::string shown(std::string_view word) {
    const auto shown = without_query(word);
    if (shown.size() == word.size() || !is_web_url(word)) return std::string{word};
    return fmt::format("{}?…", shown);
}

}  // namespace podd::schema
