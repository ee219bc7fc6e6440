// SPDX-License-Identifier: LGPL-2.1-or-later
// A first line as the name of an image and all behind it as the page that says where it is. What is
// taken from a page becomes URLs; whatever is read as a tag is read again when it is written down.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "fetch/aci.h"
#include "fetch/discovery_text.h"
#include "fetch/page_tags.h"
#include "fetch/url.h"

namespace {

using namespace podd::fetch;  // NOLINT(google-build-using-namespace): what is fuzzed
namespace schema = podd::schema;

std::string as_references(std::string_view text) {
    std::string out;
    for (const char c : text)
        out += static_cast<unsigned char>(c) < 0x80 && c != '\0'
                   ? fmt::format("&#{};", static_cast<unsigned char>(c))
                   : std::string{c};
    return out;
}

void read_tags(std::string_view page) {
    const auto tags = meta_tags(page);
    if (!tags) return;
    std::string again;
    std::size_t longest = 0;
    for (const auto& tag : *tags) {
        again += fmt::format("<meta content='{}' name='{}'>", as_references(tag.content),
                             as_references(tag.name));
        longest = std::max({longest, tag.name.size(), tag.content.size()});
    }
    constexpr std::size_t kSurelyShort = 1000;  // written down it is six times as long
    if (longest > kSurelyShort) return;
    const auto read = meta_tags(again);
    if (!read || *read != *tags) std::abort();
}

void render(std::string_view text, const schema::ImageReference& reference) {
    const auto url = render_template(text, *reference.name, reference.labels, "aci");
    const auto signature = render_template(text, *reference.name, reference.labels, "aci.asc");
    if (url.has_value() != signature.has_value()) std::abort();
    if (!url) return;
    // No value brings a variable, a query or a fragment of its own.
    if (*url == *signature || text.find("{ext}") == std::string_view::npos) std::abort();
    for (const char c : std::string_view{"{?#"})
        if (url->find(c) != std::string::npos && text.find(c) == std::string_view::npos)
            std::abort();
    const auto parsed = parse_url(*url);
    if (parsed && parsed->scheme != "https" && parsed->scheme != "http") std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto line = std::min(text.find('\n'), text.size());
    const auto page = text.substr(std::min(line + 1, text.size()));
    read_tags(page);
    const auto source = parse_aci_source(fmt::format("appc:{}", text.substr(0, line)));
    if (!source) return 0;
    const auto& reference = source->reference.value();
    if (!reference.name) std::abort();
    const auto found = read_discovery_page(page, reference.name->str());
    if (!found) return 0;
    for (const auto& one : found->templates)
        render(one, reference);
    return 0;
}
