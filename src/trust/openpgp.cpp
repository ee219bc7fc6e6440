// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/openpgp.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "trust/signature_facts.h"

namespace podd::trust {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMaxKeysInText = 64;
constexpr std::size_t kMaxMessageText = std::size_t{64} << 10;

Error contradiction() {
    return {ErrorCode::kInternal, "gpg has found a good signature and failed all the same"};
}

bool has(const GpgRun& run, std::string_view keyword) {
    return std::ranges::any_of(run.status,
                               [&](const StatusLine& line) { return line.front() == keyword; });
}

}  // namespace

Result<Keyring> Keyring::make(const std::string& parent) {
    auto home = TRY(GpgHome::make(parent));
    return Keyring(std::move(home));
}

Result<std::vector<std::string>> Keyring::add(std::string_view text) {
    const auto refused = [](std::string message) {
        return Error{ErrorCode::kInvalidArgument, std::move(message)};
    };
    // Also where it is broken: nobody is to get used to handing these around.
    if (text.find("BEGIN PGP PRIVATE KEY") != std::string_view::npos)
        return refused(
            "it holds a secret key, which nobody may have but its owner\n"
            "hint: the public one is written by gpg --armor --export");
    const auto run = TRY(home_->import(text));
    std::vector<std::string> fingerprints;
    for (const auto& line : run.status) {
        if (line.front() != "IMPORT_OK" || line.size() < 3) continue;
        auto fingerprint = lower_case(line[2]);
        if (std::ranges::find(fingerprints, fingerprint) == fingerprints.end())
            fingerprints.push_back(std::move(fingerprint));
    }
    if (fingerprints.empty()) return refused("it holds no public OpenPGP key that gpg takes");
    if (!run.success || has(run, "IMPORT_PROBLEM"))
        return refused("it holds something that gpg does not take for a public OpenPGP key");
    if (fingerprints.size() > kMaxKeysInText)
        return refused(fmt::format("it holds more than {} keys", kMaxKeysInText));
    return fingerprints;
}

Result<KeyInfo> Keyring::find(const std::string& fingerprint) const {
    auto run = TRY(home_->list(fingerprint));
    if (!run.success || run.keys.size() != 1)
        return Error{ErrorCode::kNotFound, fmt::format("there is no key {}", fingerprint)};
    return std::move(run.keys.front());
}

Result<std::string> Keyring::armored(const std::string& fingerprint) const {
    auto run = TRY(home_->armored(fingerprint));
    if (!run.success || run.output.empty())
        return Error{ErrorCode::kNotFound, fmt::format("there is no key {}", fingerprint)};
    return std::move(run.output);
}

Result<std::string> Keyring::verify(std::string_view signature, const ReadMore& file) const {
    const auto run = TRY(home_->verify(signature, file));
    auto found = signature_facts(run.status);
    if (!found) return no_signature(signature);
    auto facts = with_key(*std::move(found));
    TRY(check_signature(facts));
    // What gpg says elsewhere than in its status must not be better known here.
    if (!run.success || !run.read_all) return contradiction();
    return std::move(facts.key.fingerprint);
}

Result<SignedText> Keyring::verify_message(std::string_view message, std::string_view name) const {
    const auto refused = [](std::string text, std::string_view remedy) {
        return Error{ErrorCode::kUntrusted, fmt::format("{}\nhint: {}", text, remedy)};
    };
    constexpr std::string_view kRemedy = "skopeo copy --sign-by makes one";
    // Every packet begins so. What is armored may hold a clear-signed text, and more around it.
    if (message.empty() || (static_cast<unsigned char>(message.front()) & 0x80U) == 0)
        return refused("it is no binary OpenPGP message", kRemedy);
    auto run = TRY(home_->verify_message(message, kMaxMessageText));
    auto found = signature_facts(run.status, Signed::kInside);
    if (!found) return refused("it is no OpenPGP message that holds one signed text", kRemedy);
    if (found->verdict == Verdict::kUnknownKey)
        return refused(fmt::format("it is signed by key {}, which is not trusted for \"{}\"",
                                   found->key.fingerprint, name),
                       fmt::format("if it should be: podctl trust --prefix={} KEYFILE", name));
    auto facts = with_key(*std::move(found));
    TRY(check_signature(facts));
    if (!run.success || run.output.empty() || run.output.size() > kMaxMessageText)
        return contradiction();
    return SignedText{std::move(facts.key.fingerprint), std::move(run.output)};
}

// Of a broken signature gpg tells the short id alone.
SignatureFacts Keyring::with_key(SignatureFacts facts) const {
    if (facts.key.fingerprint.empty()) return facts;
    if (auto key = find(facts.key.fingerprint)) facts.key = std::move(key).value();
    return facts;
}

}  // namespace podd::trust
