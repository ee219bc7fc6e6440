// SPDX-License-Identifier: LGPL-2.1-or-later
// Any bytes as what is signed of an image, as a bare public key and as what the fetcher hands over.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "trust/public_key.h"
#include "trust/registry_signatures.h"
#include "trust/signed_payload.h"

namespace {

using namespace podd::trust;  // NOLINT(google-build-using-namespace): what is fuzzed

void read_payload(std::string_view text, SignatureFormat format) {
    const auto payload = parse_signed_payload(text, format);
    if (!payload) return;
    // What it is for can be asked for, and is found to be for that and for nothing beside it.
    const auto tag = payload->tag.empty() ? std::string{} : ":" + payload->tag;
    const auto same = podd::schema::parse_docker_reference("docker://" + payload->name + tag);
    if (!same || !check_signed_for(*payload, *same)) std::abort();
    auto other = *same;
    other.repository += "x";
    if (check_signed_for(*payload, other)) std::abort();
    // Both kinds at once would be signed by whoever has signed either.
    const auto turned =
        format == SignatureFormat::kCosign ? SignatureFormat::kOpenPgp : SignatureFormat::kCosign;
    if (parse_signed_payload(text, turned)) std::abort();
}

void read_key(std::string_view text) {
    const auto key = PublicKey::parse(text);
    if (!key) return;
    const auto again = PublicKey::parse(key->pem());
    if (!again || again->fingerprint() != key->fingerprint()) std::abort();
    if (key->has_signed(text, text)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    read_payload(text, SignatureFormat::kOpenPgp);
    read_payload(text, SignatureFormat::kCosign);
    read_key(text);
    const auto signatures = parse_registry_signatures(text);
    if (signatures)
        for (const auto& signature : *signatures)
            if (signature.payload.size() > kMaxPayloadBytes) std::abort();
    return 0;
}
