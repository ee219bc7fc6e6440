// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/local_image.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using namespace podd;
using namespace podd::podctl;

TEST_SUITE("podctl/local_image") {
    const std::string kDigest = "sha256:" + std::string(64, 'a');

    TEST_CASE("a word says the file, which image of it and what it must be") {
        using Form = LocalImage::Form;
        struct {
            std::string word;
            const char* path;
            Form form;
            const char* reference;
            bool pinned;
        } cases[] = {
            {"a.aci", "a.aci", Form::kAny, "", false},
            {"/srv/oci:x", "/srv/oci:x", Form::kAny, "", false},
            {"file:///srv/a.tar", "/srv/a.tar", Form::kAny, "", false},
            {"file:a.tar", "a.tar", Form::kAny, "", false},
            {"oci:/srv/layout", "/srv/layout", Form::kFolder, "", false},
            {"oci:layout:1.0", "layout", Form::kFolder, "1.0", false},
            {"oci:layout:docker.io/library/a:1", "layout", Form::kFolder, "docker.io/library/a:1",
             false},
            {"oci:layout:", "layout", Form::kFolder, "", false},
            {"oci:layout@" + kDigest, "layout", Form::kFolder, "", true},
            {"oci-archive:a.tar:1@" + kDigest, "a.tar", Form::kFile, "1", true},
            {"docker-archive:a.tar:a:1", "a.tar", Form::kFile, "a:1", false},
            {"-", "-", Form::kAny, "", false},
        };
        for (const auto& one : cases) {
            CAPTURE(one.word);
            const auto image = parse_local_image(one.word);
            REQUIRE(image);
            CHECK(image->path == one.path);
            CHECK(image->form == one.form);
            CHECK(image->reference == one.reference);
            CHECK(image->digest.has_value() == one.pinned);
        }
    }

    TEST_CASE("what names no file or no digest is refused") {
        for (const char* word : {"", "file:", "oci:", "oci::1", "oci-archive:@sha256:00",
                                 "oci:a@sha256:12", "file://"}) {
            CAPTURE(word);
            CHECK_FALSE(parse_local_image(word));
        }
    }

    TEST_CASE("words for registries and names of images are something else") {
        for (const char* word : {"oci:a", "oci-archive:a", "docker-archive:a", "./a", "/a", "..",
                                 "a.aci", "a.tar", "file:a", "file:///a"})
            CHECK(is_local_image(word));
        for (const char* word : {"docker://a", "example.com/a:1", "https://example.com/a.aci", "a"})
            CHECK_FALSE(is_local_image(word));
    }
}
