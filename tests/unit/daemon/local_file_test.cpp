// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/local_file.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <fcntl.h>

#include "base/file.h"
#include "scratch_folder.h"

using namespace podd;
using Signature = daemon::LocalFile::Signature;

namespace {

trust::Policy policy(const std::string& text) {
    const auto sections = base::parse_config(text);
    REQUIRE(sections);
    const auto result = trust::Policy::from_files({{"/etc/podd/policy.d/x.conf", *sections}});
    REQUIRE(result);
    return *result;
}

const std::string kDigest = "sha256:" + std::string(64, 'a');

}  // namespace

TEST_CASE("a file is taken as the rule for its place says") {
    struct Row {
        const char* accept;  // nullptr: there is no rule
        bool digest;
        Signature signature;
        const char* kind;  // of the verification; "": the signature decides; nullptr: refused
        const char* says;
    };
    const auto none = Signature::kNone;
    const auto beside = Signature::kBeside;
    const auto named = Signature::kNamed;
    const Row rows[] = {
        {nullptr, false, none, nullptr, "hint: to accept it, run: podctl import '/srv/a b/x.aci'"},
        {nullptr, true, none, "pinned", ""},
        {nullptr, false, beside, "", ""},
        {nullptr, true, named, "", ""},
        {"pinned", false, none, nullptr, "podctl import"},
        {"pinned", true, beside, "pinned", ""},
        {"unsigned", false, none, "policy", ""},
        {"unsigned", false, beside, "policy", ""},
        {"unsigned", false, named, "", ""},
        {"unsigned", true, none, "pinned", ""},
        {"signed", false, none, nullptr, "has no signature, which [Prefix /srv]"},
        {"signed", true, none, nullptr, "has no signature, which [Prefix /srv]"},
        {"signed", true, beside, "", ""},
        {"none", false, named, nullptr, "is refused by [Prefix /srv]"},
        {"none", true, none, nullptr, "is refused by [Prefix /srv]"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.accept);
        CAPTURE(row.digest);
        const auto rules = row.accept == nullptr
                               ? policy("")
                               : policy(std::string{"[Prefix /srv]\nAccept="} + row.accept);
        const auto done = daemon::accept_file({.path = "/srv/a b/x.aci",
                                               .digest = row.digest ? kDigest : "",
                                               .signature = row.signature},
                                              rules, 7);
        REQUIRE(done.has_value() == (row.kind != nullptr));
        if (!done) {
            CHECK(done.error().code() == base::ErrorCode::kUntrusted);
            CHECK_MESSAGE(done.error().message().find(row.says) != std::string::npos,
                          done.error().message());
            continue;
        }
        CHECK(done->needs_signature() == std::string{row.kind}.empty());
        if (done->needs_signature()) continue;
        CHECK(done->verification->kind == row.kind);
        CHECK(done->verification->by == "uid 7");
        CHECK(done->verification->reference ==
              "/srv/a b/x.aci" + (row.digest ? "@" + kDigest : std::string{}));
    }
    for (const char* path : {"", "x.aci", "/srv/../etc/x.aci", "/srv//x.aci", "/"}) {
        const auto done = daemon::accept_file({.path = path}, policy(""), 7);
        REQUIRE_FALSE(done);
        CHECK(done.error().code() == base::ErrorCode::kInvalidArgument);
    }
}

TEST_CASE("a file lies where it is said to lie, and not behind a link") {
    const test::ScratchFolder folder;
    for (const char* name : {"one", "two"})
        REQUIRE(base::write_file(folder.fd(), name, name, 0600));
    std::filesystem::create_symlink("one", folder.path("link"));
    const auto one = base::open_at(folder.fd(), "one", O_RDONLY);
    REQUIRE(one);
    CHECK(daemon::check_lies_at(one->get(), folder.path("one")));
    for (const char* other : {"two", "link", "missing"}) {
        CAPTURE(other);
        const auto done = daemon::check_lies_at(one->get(), folder.path(other));
        REQUIRE_FALSE(done);
        CHECK(done.error().code() == base::ErrorCode::kUntrusted);
    }
}
