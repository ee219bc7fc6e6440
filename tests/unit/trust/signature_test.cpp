// SPDX-License-Identifier: LGPL-2.1-or-later
// What gpg says, and what is made of it. The lines are gpg's own; tests/system/84-trust.sh asks gpg
// itself.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "trust/remedy.h"
#include "trust/signature_facts.h"

using namespace podd;

namespace {

const std::string kKey = "9a3866c122d2794ec34d414e888785c1970b3b61";
constexpr std::time_t kNow = 1764148999;

// VALIDSIG of that key; made at kNow unless said.
std::string valid(const char* hash = "10", const char* made = "1764148999",
                  const char* expires = "0", const char* of_what = "00") {
    return std::string{"[GNUPG:] VALIDSIG 9A3866C122D2794EC34D414E888785C1970B3B61 2025-11-26 "} +
           made + " " + expires + " 4 0 22 " + hash + " " + of_what +
           " 9A3866C122D2794EC34D414E888785C1970B3B61\n";
}

std::string verdict(const char* keyword) {
    return std::string{"[GNUPG:] NEWSIG\n[GNUPG:] "} + keyword +
           " 888785C1970B3B61 Podd good <good@example.com>\n";
}

// The status as gpgme gives it, line by line.
std::vector<trust::StatusLine> lines_of(std::string_view text) {
    constexpr std::string_view kMark = "[GNUPG:] ";
    std::vector<trust::StatusLine> lines;
    for (std::size_t at = 0; (at = text.find(kMark, at)) != std::string_view::npos;) {
        at += kMark.size();
        const auto line = text.substr(at, text.find('\n', at) - at);
        const auto space = std::min(line.find(' '), line.size());
        lines.push_back(trust::status_line(line.substr(0, space), line.substr(space)));
    }
    return lines;
}

base::Result<> check(const std::string& status, trust::KeyInfo key = {}) {
    auto facts = trust::signature_facts(lines_of(status));
    if (!facts) return trust::no_signature("");
    key.fingerprint = facts->key.fingerprint;
    facts->key = key;
    return trust::check_signature(*facts, kNow);
}

}  // namespace

TEST_CASE("one good signature") {
    const auto status = verdict("GOODSIG") + valid();
    CHECK(check(status).has_value());
    const auto facts = trust::signature_facts(lines_of(status));
    REQUIRE(facts.has_value());
    CHECK(facts->key.fingerprint == kKey);
    CHECK(facts->hash == 10);
    CHECK(facts->made == 1764148999);
}

TEST_CASE("what is refused, and what is said of it") {
    struct Row {
        std::string status;
        const char* reason;
    };
    const std::vector<Row> rows{
        {"", "holds no detached OpenPGP signature"},
        {"gpg: a line of another kind\n", "holds no detached OpenPGP signature"},
        {"[GNUPG:] NODATA 4\n", "holds no detached OpenPGP signature"},
        {"[GNUPG:] PLAINTEXT 62 0 \n" + verdict("GOODSIG") + valid(),
         "holds no detached OpenPGP signature"},
        {verdict("GOODSIG") + valid() + verdict("GOODSIG") + valid(), "holds 2 signatures"},
        {verdict("GOODSIG") + valid() + verdict("BADSIG"), "holds 2 signatures"},
        {verdict("BADSIG") + verdict("GOODSIG") + valid(), "holds 2 signatures"},
        {verdict("GOODSIG") + valid("2"), "over a SHA1 digest"},
        {verdict("GOODSIG") + valid("1"), "over a MD5 digest"},
        {verdict("GOODSIG") + valid("99"), "over a number-99 digest"},
        {verdict("GOODSIG") + valid("10", "1764148999", "0", "01"), "one of a text"},
        {verdict("GOODSIG"), "one of a text"},  // no VALIDSIG: nothing is known of it
        {verdict("GOODSIG") + valid("10", "1864148999"), "made on 2029-01-26, which is to come"},
        {verdict("BADSIG"), "of another file"},
        {verdict("EXPSIG") + valid("10", "1764100000", "1764140000"), "expired on 2025-11-26"},
        {verdict("EXPKEYSIG") + valid(), "by a part of key"},
        {verdict("REVKEYSIG") + valid(), "which its owner has revoked"},
        {"[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG FF644D4D46266309 22 10 00 1764148882 9 "
         "9A3866C122D2794EC34D414E888785C1970B3B61\n",
         "by key 9a3866c122d2794ec34d414e888785c1970b3b61, which is not trusted for any image"},
        {"[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG FF644D4D46266309 99 10 00 1764148882 4 -\n",
         "of a kind that gpg cannot check"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status);
        const auto result = check(row.status);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code() == base::ErrorCode::kUntrusted);
        CAPTURE(result.error().message());
        CHECK(result.error().message().find(row.reason) != std::string::npos);
        CHECK(result.error().message().find("\nhint: ") != std::string::npos);
    }
}

TEST_CASE("the remedy of an unknown key names the image, where its name is known") {
    const auto unknown = check(
        "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG FF644D4D46266309 22 10 00 1764148882 9 "
        "9A3866C122D2794EC34D414E888785C1970B3B61\n");
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().message().ends_with("podctl trust --prefix=PREFIX KEYFILE"));
    const auto named = trust::for_image(unknown.error(), "example.com/app");
    CHECK(named.code() == base::ErrorCode::kUntrusted);
    CHECK(
        named.message().ends_with("not trusted for any image\nhint: if it should be: podctl trust "
                                  "--prefix=example.com/app"));
    const auto bad = check(verdict("BADSIG"));
    REQUIRE_FALSE(bad.has_value());
    CHECK(trust::for_image(bad.error(), "example.com/app").message() == bad.error().message());
}

TEST_CASE("a key that is over") {
    trust::KeyInfo key;
    key.expired = true;
    key.expires = 1764100000;
    const auto expired = check(verdict("EXPKEYSIG") + valid(), key);
    REQUIRE_FALSE(expired.has_value());
    CHECK(expired.error().message().find("which expired on 2025-11-25") != std::string::npos);
    // Whatever gpg says of the signature.
    CHECK_FALSE(check(verdict("GOODSIG") + valid(), key).has_value());
    key = {};
    key.revoked = true;
    CHECK_FALSE(check(verdict("GOODSIG") + valid(), key).has_value());
    key = {};
    key.expires = 1764148000;  // the signature is younger
    const auto late = check(verdict("GOODSIG") + valid(), key);
    REQUIRE_FALSE(late.has_value());
    CHECK(late.error().message().find("after the key had expired") != std::string::npos);
}

TEST_CASE("other things than signatures") {
    struct Row {
        const char* text;
        const char* reason;
    };
    for (const Row& row :
         {Row{"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n", "clear-signed message"},
          {"-----BEGIN PGP SIGNATURE-----\n\niHUEABYKAB0", "ends in the middle"},
          {"<html>", "holds no detached"}}) {
        const auto error = trust::no_signature(row.text);
        CHECK(error.code() == base::ErrorCode::kUntrusted);
        CHECK(error.message().find(row.reason) != std::string::npos);
    }
}
