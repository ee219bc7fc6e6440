// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/url.h"

#include <algorithm>
#include <array>
#include <memory>

#include <fmt/format.h>

#include <curl/curl.h>

#include "schema/json_node.h"

namespace podd::fetch {

using base::Error;
using base::ErrorCode;
using base::Result;
using schema::quoted;

namespace {

constexpr std::size_t kMaxUrl = 8192;

struct FreeUrl {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, FreeUrl>;

Error refused(std::string_view text, std::string_view why) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("found {}, wanted an https URL: {}",
                             quoted(text.substr(0, text.find_first_of("?#"))), why)};
}

std::string part(CURLU* url, CURLUPart which, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, which, &text, flags) != CURLUE_OK) return {};
    std::string copy{text};
    curl_free(text);
    return copy;
}

Result<> add(CURLU* url, std::string_view text) {
    if (text.size() > kMaxUrl) return refused(text, "it is too long");
    if (std::any_of(text.begin(), text.end(),
                    [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; }))
        return refused(text, "it has a blank or a control character");
    const std::string copy{text};
    const auto code = curl_url_set(url, CURLUPART_URL, copy.c_str(), CURLU_DISALLOW_USER);
    if (code != CURLUE_OK) return refused(text, curl_url_strerror(code));
    return {};
}

Result<Url> read(CURLU* curl) {
    Url url;
    // A fragment is not for the server.
    (void)curl_url_set(curl, CURLUPART_FRAGMENT, nullptr, 0);
    url.text = part(curl, CURLUPART_URL);
    url.scheme = part(curl, CURLUPART_SCHEME);
    url.host = part(curl, CURLUPART_HOST);
    if (url.scheme != "https" && url.scheme != "http") return refused(url.text, "no other scheme");
    if (url.host.empty()) return refused(url.text, "it has no host");
    for (char& c : url.host)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto port = part(curl, CURLUPART_PORT, CURLU_NO_DEFAULT_PORT);
    if (!port.empty()) url.host += ":" + port;
    return url;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
    const CurlUrl curl{curl_url()};
    TRY(add(curl.get(), text));
    return read(curl.get());
}

Result<std::string> parse_proxy(std::string_view text) {
    constexpr std::array<std::string_view, 4> kSchemes{"http", "https", "socks5", "socks5h"};
    const CurlUrl curl{curl_url()};
    const std::string copy{text};
    const auto code = curl_url_set(curl.get(), CURLUPART_URL, copy.c_str(),
                                   CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME);
    const auto scheme = part(curl.get(), CURLUPART_SCHEME);
    const auto path = part(curl.get(), CURLUPART_PATH);
    const bool fits = code == CURLUE_OK && copy.size() <= kMaxUrl &&
                      std::find(kSchemes.begin(), kSchemes.end(), scheme) != kSchemes.end() &&
                      !part(curl.get(), CURLUPART_HOST).empty() && path.size() < 2 &&
                      part(curl.get(), CURLUPART_QUERY).empty() &&
                      part(curl.get(), CURLUPART_FRAGMENT).empty();
    if (fits) return copy;
    return schema::found_wanted(
        quoted(text), "http://HOST:PORT, or https, socks5 or socks5h in front, or \"none\"");
}

Result<Url> resolve_url(const Url& base, std::string_view location) {
    const CurlUrl curl{curl_url()};
    TRY(add(curl.get(), base.text));
    TRY(add(curl.get(), location));
    return read(curl.get());
}

std::string escape_url(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                           (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.' || c == '~';
        out += plain ? std::string{c} : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace podd::fetch
