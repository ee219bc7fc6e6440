// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/registry_signatures.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "base/base64.h"
#include "base/json.h"
#include "base/printable.h"
#include "schema/json_node.h"

namespace podd::trust {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;
using schema::JsonNode;

namespace {

constexpr std::size_t kMaxText = std::size_t{4} << 20;
constexpr std::size_t kMaxSignatures = 100;
constexpr std::size_t kMostTold = 5;  // reasons in one message

Result<SignatureFormat> format_of(const JsonNode& node) {
    const auto word = TRY(node.text());
    if (word == "openpgp") return SignatureFormat::kOpenPgp;
    if (word == "cosign") return SignatureFormat::kCosign;
    return node.refuse("\"openpgp\" or \"cosign\"");
}

Result<std::string> bytes_of(const JsonNode& node) {
    if (node.absent()) return std::string{};
    auto bytes = base::from_base64(TRY(node.text()));
    if (!bytes || bytes->size() > kMaxPayloadBytes)
        return node.refuse(fmt::format("base64 of at most {} bytes", kMaxPayloadBytes));
    return *std::move(bytes);
}

Result<RegistrySignature> signature_of(const JsonNode& node) {
    TRY(node.object());
    auto digest = TRY(schema::read_member(node, "digest", schema::read_parsed<schema::Digest>));
    RegistrySignature signature{.digest = std::move(digest), .origin = {}, .bytes = {}};
    signature.format = TRY(schema::read_member(node, "format", format_of));
    signature.origin = TRY(
        schema::read_member(node, "origin", [](const JsonNode& origin) { return origin.text(); }));
    signature.bytes = TRY(schema::read_member(node, "bytes", bytes_of));
    signature.payload = TRY(schema::read_member(node, "payload", bytes_of));
    return signature;
}

// The message without what to do about it, and that.
std::pair<std::string, std::string> split_hint(const std::string& message) {
    const auto at = message.find("\nhint: ");
    if (at == std::string::npos) return {message, {}};
    return {message.substr(0, at), message.substr(at)};
}

}  // namespace

Result<std::vector<RegistrySignature>> parse_registry_signatures(std::string_view text) {
    text = text.substr(0, text.find('\0'));
    const auto json = TRY(Json::parse(text, {.max_bytes = kMaxText, .max_depth = 8}));
    const JsonNode root{json};
    TRY(root.object());
    const JsonNode list = TRY(root.member("signatures"));
    if (const auto* array = list.json().as_array())
        TRY(schema::check_length(list, array->size(), kMaxSignatures));
    return schema::read_elements(list, signature_of);
}

Result<SignatureKeys> SignatureKeys::make(const std::string& parent) {
    auto keyring = TRY(Keyring::make(parent));
    return SignatureKeys{std::move(keyring)};
}

Result<> SignatureKeys::add(std::string_view fingerprint, std::string_view text) {
    std::vector<std::string> found;
    if (is_public_key(text)) {
        auto key = TRY(PublicKey::parse(text));
        found.push_back(key.fingerprint());
        public_keys_.push_back(std::move(key));
    } else {
        found = TRY(keyring_.add(text));
    }
    if (found.size() == 1 && found.front() == fingerprint) return {};
    return Error{ErrorCode::kCorrupt,
                 fmt::format("found key {}{}, wanted the one that the file is named after",
                             found.front(), found.size() > 1 ? " and others" : "")};
}

Result<SignedText> SignatureKeys::signed_text(const RegistrySignature& signature,
                                              const std::string& name) const {
    if (signature.format == SignatureFormat::kOpenPgp)
        return keyring_.verify_message(signature.bytes, name);
    const auto signer = std::ranges::find_if(public_keys_, [&](const PublicKey& key) {
        return key.has_signed(signature.payload, signature.bytes);
    });
    if (signer != public_keys_.end()) return SignedText{signer->fingerprint(), signature.payload};
    return Error{ErrorCode::kUntrusted,
                 fmt::format("it is by none of the {} public keys that are trusted for \"{}\"\n"
                             "hint: if its key should be: podctl trust --prefix={} KEYFILE",
                             public_keys_.size(), name, name)};
}

Result<SignedImage> SignatureKeys::check_one(const RegistrySignature& signature,
                                             const schema::DockerReference& wanted) const {
    // Nothing of the text is looked at before somebody answers for it.
    auto signed_by = TRY(signed_text(signature, wanted.name()));
    auto payload = TRY_CONTEXT(parse_signed_payload(signed_by.text, signature.format),
                               "what key {} has signed", signed_by.fingerprint);
    TRY(check_signed_for(payload, wanted));
    if (payload.digest != signature.digest)
        return Error{ErrorCode::kUntrusted,
                     fmt::format("it is for the manifest {}, and stands beside {}",
                                 payload.digest.str(), signature.digest.str())};
    return SignedImage{std::move(signed_by.fingerprint), std::move(payload.digest)};
}

Result<SignedImage> SignatureKeys::check(const std::vector<RegistrySignature>& signatures,
                                         const schema::DockerReference& wanted) const {
    std::string reasons;
    std::string hint;
    std::size_t count = 0;
    for (const auto& signature : signatures) {
        auto good = check_one(signature, wanted);
        if (good) return good;
        // That gpg is not there, say, is nothing that the next one could mend.
        const auto code = good.error().code();
        if (code != ErrorCode::kUntrusted && code != ErrorCode::kInvalidArgument) return good;
        if (++count > kMostTold) continue;
        auto [reason, remedy] = split_hint(good.error().message());
        reasons += fmt::format("{}{}: {}", count == 1 ? "" : "; ",
                               base::printable(signature.origin), reason);
        if (hint.empty()) hint = std::move(remedy);
    }
    if (count > kMostTold) reasons += fmt::format("; and {} more", count - kMostTold);
    return Error{ErrorCode::kUntrusted,
                 fmt::format("image \"{}\" has no good signature: {}{}", wanted.name(),
                             count == 0 ? "it has none at all" : reasons, hint)};
}

}  // namespace podd::trust
