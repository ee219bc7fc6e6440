// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/local_image.h"

#include <algorithm>

#include <fmt/format.h>

namespace podd::podctl {

namespace {

using base::Result;
using Form = LocalImage::Form;

struct Scheme {
    std::string_view prefix;
    Form form;
};
constexpr Scheme kSchemes[] = {
    {"oci:", Form::kFolder}, {"oci-archive:", Form::kFile}, {"docker-archive:", Form::kFile}};
constexpr std::string_view kFileUrl = "file://";
constexpr std::string_view kFilePrefix = "file:";
constexpr std::string_view kDigestMark = "@sha256:";

const Scheme* scheme_of(std::string_view word) {
    const auto* found = std::ranges::find_if(
        kSchemes, [&](const Scheme& scheme) { return word.starts_with(scheme.prefix); });
    return found == std::end(kSchemes) ? nullptr : found;
}

base::Error bad(std::string message) {
    return {base::ErrorCode::kInvalidArgument, std::move(message)};
}

}  // namespace

Result<LocalImage> parse_local_image(std::string_view word) {
    const Scheme* scheme = scheme_of(word);
    if (scheme == nullptr) {
        for (const auto prefix : {kFileUrl, kFilePrefix})
            if (word.starts_with(prefix)) {
                word.remove_prefix(prefix.size());
                break;
            }
        if (word.empty()) return bad("an empty word is no image");
        return LocalImage{.path = std::string{word}};
    }
    LocalImage image{.path = {}, .form = scheme->form};
    auto rest = word.substr(scheme->prefix.size());
    if (const auto at = rest.rfind(kDigestMark); at != std::string_view::npos) {
        image.digest = TRY_CONTEXT(schema::Digest::parse(rest.substr(at + 1)), "\"{}\"", word);
        rest = rest.substr(0, at);
    }
    const auto colon = std::min(rest.find(':'), rest.size());
    image.path = rest.substr(0, colon);
    image.reference = rest.substr(std::min(colon + 1, rest.size()));
    if (image.path.empty()) return bad(fmt::format("\"{}\" names no file", word));
    return image;
}

bool is_local_image(std::string_view word) {
    if (word.find("://") != std::string_view::npos) return word.starts_with(kFileUrl);
    return scheme_of(word) != nullptr || word.starts_with('/') || word.starts_with("./") ||
           word.starts_with("../") || word == "." || word == ".." || word.starts_with(kFileUrl) ||
           word.starts_with(kFilePrefix) || word.ends_with(".aci") || word.ends_with(".tar");
}

}  // namespace podd::podctl
