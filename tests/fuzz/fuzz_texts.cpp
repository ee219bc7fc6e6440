// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as the short texts of manifests, annotations and command lines: what is taken is
// written in a form that is taken as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/base64.h"
#include "schema/digest.h"
#include "schema/docker_reference.h"
#include "schema/fetch_reference.h"
#include "schema/image_reference.h"
#include "schema/names.h"
#include "schema/signal.h"
#include "schema/time_span.h"
#include "schema/uuid.h"

namespace {

template <typename Type>
void round_trip(std::string_view text) {
    const auto first = Type::parse(text);
    if (!first) return;
    const auto again = Type::parse(first->str());
    if (!again || *again != *first) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace podd::schema;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    round_trip<AcIdentifier>(text);
    round_trip<AcName>(text);
    round_trip<PodName>(text);
    round_trip<Digest>(text);
    round_trip<Uuid>(text);
    if (const auto made = AcIdentifier::sanitized(text); made && !AcIdentifier::parse(made->str()))
        std::abort();
    if (const auto made = AcName::sanitized(text); made && !AcName::parse(made->str()))
        std::abort();
    if (const auto reference = parse_image_reference(text)) {
        const auto again = parse_image_reference(str(*reference));
        if (!again || str(*again) != str(*reference)) std::abort();
    }
    if (const auto reference = parse_docker_reference(text)) {
        const auto again = parse_docker_reference(reference->str());
        if (!again || *again != *reference) std::abort();
    }
    if (podd::base::from_base64(podd::base::base64(text)) != text) std::abort();
    if (const auto bytes = podd::base::from_base64(text))
        if (podd::base::from_base64(podd::base::base64(*bytes)) != bytes) std::abort();
    if (const auto reference = parse_fetch_reference(text);
        reference && !std::holds_alternative<DockerReference>(*reference)) {
        const auto again = parse_fetch_reference(str(*reference));
        if (!again || str(*again) != str(*reference)) std::abort();
    }
    (void)parse_labels(text).has_value();
    (void)parse_time_span(text).has_value();
    if (const auto signal = parse_signal(text))
        if (const auto again = parse_signal(signal_name(*signal)); !again || *again != *signal)
            std::abort();
    return 0;
}
