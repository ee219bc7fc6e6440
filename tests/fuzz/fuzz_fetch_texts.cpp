// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as what users and registries say to the fetcher: references, URLs, header lines, texts
// of errors, credentials. What is taken is written in a form that is taken as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fetch/blobs.h"
#include "fetch/challenge.h"
#include "fetch/credentials.h"
#include "fetch/http_error.h"
#include "fetch/signatures.h"
#include "fetch/url.h"
#include "schema/docker_reference.h"

namespace {

using namespace podd;         // NOLINT(google-build-using-namespace): what is fuzzed
using namespace podd::fetch;  // NOLINT(google-build-using-namespace): what is fuzzed
namespace schema = podd::schema;

// Nothing that would end a header line or a URL gets through.
bool is_plain(std::string_view text) {
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
    return true;
}

void read_reference(std::string_view text) {
    const auto reference = schema::parse_docker_reference(text);
    if (!reference) return;
    const auto again = schema::parse_docker_reference(reference->str());
    if (!again || *again != *reference) std::abort();
    if (!schema::check_registry(reference->registry) ||
        !schema::check_repository(reference->repository))
        std::abort();
    if (reference->name().find_first_of(" ?#%@\\\"") != std::string::npos) std::abort();
    if (reference->tag.empty() && !reference->digest) std::abort();
}

void read_challenges(std::string_view text) {
    const auto challenges = parse_challenges(text);
    if (!challenges) return;
    for (const auto& challenge : *challenges) {
        if (challenge.scheme.empty()) std::abort();
        for (const auto& [name, value] : challenge.parameters)
            if (name.empty() || !is_plain(value) || challenge.parameter(name) != value)
                std::abort();
    }
}

void read_credentials_file(std::string_view text) {
    Credentials credentials;
    (void)credentials.add_auth_json(text, "auth.json").has_value();
    (void)credentials.add_rkt(text, "auth.d").has_value();
    const auto* found = credentials.find("example.com", "a/b");
    if (found != nullptr && (!is_plain(found->user) || !is_plain(found->secret))) std::abort();
}

void check_url(const podd::base::Result<Url>& url) {
    if (!url) return;
    if (url->scheme != "https" && url->scheme != "http") std::abort();
    if (url->host.empty() || !is_plain(url->text)) std::abort();
    if (url->host.find_first_of("/@?#\\ ") != std::string::npos) std::abort();
    const auto again = parse_url(url->text);
    if (!again || again->host != url->host || again->scheme != url->scheme) std::abort();
}

void read_urls(std::string_view text) {
    static const auto page = parse_url("https://example.com:5000/v2/a?b");
    check_url(parse_url(text));
    check_url(resolve_url(*page, text));
    if (escape_url(text).find_first_of("&=?#/ ") != std::string::npos) std::abort();
}

void read_answers(std::string_view text) {
    if (!is_plain(registry_words(text))) std::abort();
    (void)is_range_from(text, 5, 10);
    HttpAnswer answer;
    answer.retry_after = text;
    (void)retry_after(answer);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    read_reference(text);
    read_challenges(text);
    read_urls(text);
    read_answers(text);
    read_credentials_file(text);
    (void)parse_cosign_manifest(text).has_value();
    return 0;
}
