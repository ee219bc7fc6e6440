// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/openpgp.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/printable.h"
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

std::vector<std::string_view> fields_of(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t begin = 0; begin <= line.size();) {
        const auto end = std::min(line.find(':', begin), line.size());
        fields.push_back(line.substr(begin, end - begin));
        begin = end + 1;
    }
    return fields;
}

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    (void)std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

// "\x3a" stands for a colon.
std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned byte = 0;
        const char* digits = text.data() + i + 2;
        if (text.substr(i).starts_with("\\x") && i + 4 <= text.size() &&
            std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
            plain.push_back(static_cast<char>(byte));
            i += 3;
        } else {
            plain.push_back(text[i]);
        }
    }
    return plain;
}

bool has(const GpgRun& run, std::string_view keyword) {
    return std::ranges::any_of(run.status,
                               [&](const StatusLine& line) { return line.front() == keyword; });
}

// One line of the list, for the key that it belongs to.
void take_field(KeyInfo& key, const std::vector<std::string_view>& fields) {
    if (fields[0] == "fpr" && key.fingerprint.empty())
        key.fingerprint = lower_case(fields[9]);
    else if (fields[0] == "uid")
        key.user_ids.push_back(base::printable(unescaped(fields[9])));
}

}  // namespace

std::string lower_case(std::string_view fingerprint) {
    std::string text{fingerprint};
    for (char& c : text)
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::vector<KeyInfo> parse_key_list(std::string_view text) {
    std::vector<KeyInfo> keys;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto fields = fields_of(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (fields.size() < 10) continue;
        if (fields[0] == "pub") {
            KeyInfo key;
            key.created = number_of(fields[5]);
            key.expires = number_of(fields[6]);
            key.expired = fields[1] == "e";
            key.revoked = fields[1] == "r";
            keys.push_back(std::move(key));
        } else if (!keys.empty()) {
            take_field(keys.back(), fields);
        }
    }
    return keys;
}

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
    const auto run = TRY(home_->run({"--import"}, text));
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
    const auto run = TRY(home_->run({"--with-colons", "--list-keys", "--", "0x" + fingerprint}));
    const auto keys = parse_key_list(run.output);
    if (!run.success || keys.size() != 1)
        return Error{ErrorCode::kNotFound, fmt::format("there is no key {}", fingerprint)};
    return keys.front();
}

Result<std::string> Keyring::armored(const std::string& fingerprint) const {
    auto run = TRY(home_->run({"--armor", "--export", "--", "0x" + fingerprint}));
    if (!run.success || run.output.empty())
        return Error{ErrorCode::kNotFound, fmt::format("there is no key {}", fingerprint)};
    return std::move(run.output);
}

Result<std::string> Keyring::verify(std::string_view signature, const ReadMore& file) const {
    const auto path = TRY(home_->write("signature", signature));
    const auto run = TRY(home_->run({"--verify", "--", path, "-"}, file));
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
    const auto path = TRY(home_->write("message", message));
    auto run = TRY(home_->run({"--max-output", std::to_string(kMaxMessageText), "--output", "-",
                               "--verify", "--", path}));
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
