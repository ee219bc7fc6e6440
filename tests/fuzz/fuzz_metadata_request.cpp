// SPDX-License-Identifier: LGPL-2.1-or-later
// Any path and form: nothing is said to whoever has not the token, no document but the pod's own is
// served, and no form is signed as another pod.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include <fmt/format.h>

#include "metadata/request.h"
#include "metadata/signature.h"

namespace {

using namespace podd;
using namespace podd::metadata;

const std::string kToken(plan::kMetadataTokenDigits, 'a');
const std::string kStart = fmt::format("/{}/acMetadata/v1/", kToken);
const std::string kKey(kKeyBytes, 'k');

const ServedPod& pod() {
    static const auto served =
        served_pod({.pod = "web",
                    .uuid = "6733c088-a507-4694-aabf-0edebea70a4c",
                    .token = kToken,
                    .manifest = "{}",
                    .annotations = {{{"example.com/role", "front"}}},
                    .apps = {{"nginx", "sha512-ab", "{}", {{{"a/b", "c"}}}}}})
            .value();
    return served;
}

void check_route(std::string_view path) {
    for (const auto method : {Method::kGet, Method::kHead, Method::kPost, Method::kOther}) {
        const auto next = route(method, path, pod());
        const auto* answer = std::get_if<Answer>(&next);
        const bool served = answer == nullptr || answer->document != nullptr;
        if (served && !path.starts_with(kStart)) std::abort();
        if (answer != nullptr && (answer->status == kOk) != (answer->document != nullptr))
            std::abort();
    }
}

// Lines "NAME=PIECE"; a piece goes on where the last one of that name ended.
Form form_of(std::string_view text) {
    Form form;
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(line.size() < text.size() ? line.size() + 1 : line.size());
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = line.substr(0, equals);
        form.add(name, name == "content" ? form.content_bytes() : 0, line.substr(equals + 1));
    }
    return form;
}

void check_form(std::string_view text) {
    auto form = form_of(text);
    const auto content = form.content_bytes();
    const auto answer = verify(kKey, form);
    // Nobody finds a signature by chance.
    if (answer.status == kOk) std::abort();
    auto again = form_of(text);
    const auto signature = sign(kKey, pod(), again);
    if (signature.status == kOk && (content == 0 || signature.text.size() != 88)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    check_route(text);
    check_route("/" + kToken + "/" + std::string{text});
    check_route(kStart + std::string{text});
    check_form(text);
    return 0;
}
