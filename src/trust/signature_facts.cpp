// SPDX-License-Identifier: LGPL-2.1-or-later
#include "trust/signature_facts.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "trust/remedy.h"

namespace podd::trust {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

// Clocks of two machines may differ by so much.
constexpr std::uint64_t kClockSkewSeconds = std::uint64_t{24} * 60 * 60;

struct HashName {
    unsigned number;
    std::string_view name;
    bool holds;  // nobody can make two files with one digest
};
// Source: RFC 9580, 9.5 and 15.1.
constexpr std::array kHashes{HashName{1, "MD5", false},       HashName{2, "SHA1", false},
                             HashName{3, "RIPEMD160", false}, HashName{8, "SHA256", true},
                             HashName{9, "SHA384", true},     HashName{10, "SHA512", true},
                             HashName{11, "SHA224", false}};

constexpr std::string_view kSignFile = "gpg --armor --detach-sign makes one";
constexpr std::string_view kSignImage = "skopeo copy --sign-by makes one";

std::string_view sign_again(const SignatureFacts& facts) {
    return facts.where == Signed::kInside ? kSignImage : kSignFile;
}

struct Keyword {
    std::string_view word;
    Verdict verdict;
};
constexpr std::array kVerdicts{
    Keyword{"GOODSIG", Verdict::kGood},         Keyword{"BADSIG", Verdict::kBad},
    Keyword{"EXPSIG", Verdict::kExpired},       Keyword{"EXPKEYSIG", Verdict::kKeyExpired},
    Keyword{"REVKEYSIG", Verdict::kKeyRevoked}, Keyword{"ERRSIG", Verdict::kUnchecked}};

std::string word(const StatusLine& line, std::size_t index) {
    return index < line.size() ? line[index] : std::string{};
}

std::uint64_t number(const StatusLine& line, std::size_t index) {
    std::uint64_t value = 0;
    const auto text = word(line, index);
    (void)std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

// ERRSIG keyid pkalgo hashalgo sig_class time rc fingerprint
void take_error(SignatureFacts& facts, const StatusLine& line) {
    constexpr std::uint64_t kNoPublicKey = 9;
    if (number(line, 6) == kNoPublicKey) facts.verdict = Verdict::kUnknownKey;
    facts.hash = static_cast<unsigned>(number(line, 3));
    if (const auto fingerprint = word(line, 7); fingerprint.size() >= 40)
        facts.key.fingerprint = lower_case(fingerprint);
}

// VALIDSIG fingerprint date time expires version - pkalgo hashalgo sig_class primary
void take_valid(SignatureFacts& facts, const StatusLine& line) {
    facts.made = number(line, 3);
    facts.expires = number(line, 4);
    facts.hash = static_cast<unsigned>(number(line, 8));
    facts.of_text = word(line, 9) != "00";
    facts.key.fingerprint = lower_case(line.back());
}

Error untrusted(std::string message, std::string_view remedy) {
    return {ErrorCode::kUntrusted, fmt::format("{}\nhint: {}", std::move(message), remedy)};
}

std::string date(std::uint64_t seconds) {
    const auto time = static_cast<std::time_t>(seconds);
    std::tm parts{};
    if (::gmtime_r(&time, &parts) == nullptr) return "an unknown day";
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

Result<> check_hash(const SignatureFacts& facts) {
    const auto* found = std::ranges::find(kHashes, facts.hash, &HashName::number);
    if (facts.hash == 0 || (found != kHashes.end() && found->holds)) return {};
    return untrusted(fmt::format("the signature by key {} is over a {} digest, which can be forged",
                                 facts.key.fingerprint,
                                 found != kHashes.end() ? std::string{found->name}
                                                        : fmt::format("number-{}", facts.hash)),
                     "ask for one over a better digest, as gpg makes it with --digest-algo SHA512");
}

Error unknown_key(const std::string& key) {
    return untrusted(
        fmt::format("the signature is by key {}, which is not trusted for any image", key),
        fmt::format("if it should be: {}", kTrustSomeKey));
}

Error key_expired(const SignatureFacts& facts) {
    const auto& key = facts.key;
    return untrusted(
        key.expires != 0 && key.expired
            ? fmt::format("the signature is by key {}, which expired on {}", key.fingerprint,
                          date(key.expires))
            : fmt::format("the signature is by a part of key {} that has expired", key.fingerprint),
        fmt::format("if its owner has given it more time, trust it again: {}", kTrustSomeKey));
}

Result<> check_verdict(const SignatureFacts& facts) {
    const auto& key = facts.key.fingerprint;
    switch (facts.verdict) {
        case Verdict::kGood: return {};
        case Verdict::kUnknownKey: return unknown_key(key);
        case Verdict::kKeyExpired: return key_expired(facts);
        case Verdict::kBad:
            return untrusted(
                fmt::format("the signature by key {} is of another file than this, or one of the "
                            "two was changed",
                            key),
                "get both again from where they came");
        case Verdict::kKeyRevoked:
            return untrusted(
                fmt::format("the signature is by key {}, which its owner has revoked", key),
                "ask for a signature by another key; this one may be in foreign hands");
        case Verdict::kExpired:
            return untrusted(
                fmt::format("the signature by key {} expired on {}", key, date(facts.expires)),
                "ask for a new signature");
        case Verdict::kUnchecked: break;
    }
    return untrusted(fmt::format("the signature by key {} is of a kind that gpg cannot check", key),
                     "ask for another signature");
}

Result<> check_times(const SignatureFacts& facts, std::uint64_t now) {
    const auto& key = facts.key;
    if (facts.made > now + kClockSkewSeconds)
        return untrusted(fmt::format("the signature by key {} was made on {}, which is to come",
                                     key.fingerprint, date(facts.made)),
                         "look whether the clock is right, here and where it was made");
    if (key.expires != 0 && facts.made > key.expires)
        return untrusted(
            fmt::format("the signature by key {} was made on {}, after the key had expired",
                        key.fingerprint, date(facts.made)),
            "ask for a signature by a key that is valid");
    return {};
}

}  // namespace

std::optional<SignatureFacts> signature_facts(const std::vector<StatusLine>& status, Signed where) {
    SignatureFacts facts;
    facts.where = where;
    unsigned verdicts = 0;
    unsigned texts = 0;
    for (const auto& line : status) {
        const auto& keyword = line.front();
        if (keyword == "NEWSIG") ++facts.count;
        if (keyword == "PLAINTEXT") ++texts;
        // Whatever was encrypted as well, and to whom: no such thing is a signature for everybody.
        if (keyword == "BEGIN_DECRYPTION" || keyword == "ENC_TO") return std::nullopt;
        const auto* found = std::ranges::find(kVerdicts, keyword, &Keyword::word);
        if (found != kVerdicts.end()) {
            ++verdicts;
            facts.verdict = found->verdict;
            if (facts.key.fingerprint.empty()) facts.key.fingerprint = lower_case(word(line, 1));
            if (keyword == "ERRSIG") take_error(facts, line);
        } else if (keyword == "VALIDSIG") {
            take_valid(facts, line);
        }
    }
    // A message that brings its own text says nothing of the file beside it.
    if (verdicts == 0 || texts != (where == Signed::kInside ? 1U : 0U)) return std::nullopt;
    facts.count = std::max(facts.count, verdicts);
    return facts;
}

Result<> check_signature(const SignatureFacts& facts, std::time_t now) {
    if (facts.count != 1)
        return untrusted(
            fmt::format("the signature file holds {} signatures, wanted one", facts.count),
            sign_again(facts));
    // Of an unknown key nothing else is worth saying.
    if (facts.verdict == Verdict::kUnknownKey) return unknown_key(facts.key.fingerprint);
    TRY(check_hash(facts));
    TRY(check_verdict(facts));
    if (facts.key.revoked || facts.key.expired)
        return Error{ErrorCode::kInternal,
                     fmt::format("gpg finds a signature good by key {}, which it finds bad itself",
                                 facts.key.fingerprint)};
    if (facts.hash == 0 || facts.of_text)
        return untrusted(
            fmt::format("the signature by key {} is one of a text, whose line ends may have been "
                        "changed",
                        facts.key.fingerprint),
            sign_again(facts));
    return check_times(facts, static_cast<std::uint64_t>(now));
}

Error no_signature(std::string_view text) {
    if (text.starts_with("-----BEGIN PGP SIGNED MESSAGE"))
        return untrusted("the signature file is a clear-signed message, wanted a signature alone",
                         kSignFile);
    if (text.starts_with("-----BEGIN PGP SIGNATURE") &&
        text.find("-----END PGP SIGNATURE") == std::string_view::npos)
        return untrusted("the signature file ends in the middle of the signature",
                         "get it again from where it came");
    return untrusted("the signature file holds no detached OpenPGP signature", kSignFile);
}

}  // namespace podd::trust
