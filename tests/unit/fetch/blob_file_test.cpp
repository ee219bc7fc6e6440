// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/blob_file.h"

#include <string>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch_folder.h"

using podd::base::HashAlgorithm;
using podd::fetch::BlobFile;
using podd::schema::Digest;

namespace {

class Folder : public podd::test::ScratchFolder {
public:
    void write(const std::string& name, const std::string& text) const {
        (void)::mkdirat(fd(), "blobs", 0755);
        (void)::mkdirat(fd(), "blobs/sha256", 0755);
        const auto file = podd::base::open_at(fd(), name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        REQUIRE(file.has_value());
        REQUIRE(podd::base::write_all(file->get(), text).has_value());
    }
};

const std::string kText = "hello, layer";
Digest digest_of(const std::string& text) {
    return Digest::parse("sha256:" + podd::base::hash_hex(HashAlgorithm::kSha256, text)).value();
}
const auto kDigest = digest_of(kText);
const auto kName = "blobs/sha256/" + std::string{kDigest.hex()};

BlobFile open(const Folder& folder) {
    return BlobFile::open(folder.fd(), kDigest, kText.size()).value();
}

}  // namespace

TEST_SUITE("fetch/blob_file") {
    TEST_CASE("a blob gets its name when all of it is there") {
        const Folder folder;
        auto blob = open(folder);
        CHECK(blob.have() == 0);
        REQUIRE(blob.append("hello, ").has_value());
        CHECK(folder.text(kName) == "no file");
        CHECK(folder.text(kName + ".partial") == "hello, ");
        REQUIRE(blob.append("layer").has_value());
        CHECK(blob.finish().value());
        CHECK(blob.is_complete());
        CHECK(folder.text(kName) == kText);
        CHECK(folder.text(kName + ".partial") == "no file");
        CHECK(open(folder).is_complete());
    }

    TEST_CASE("what a cut fetch left is gone on with") {
        const Folder folder;
        folder.write(kName + ".partial", "hello");
        auto blob = open(folder);
        CHECK(blob.have() == 5);
        REQUIRE(blob.append(", layer").has_value());
        CHECK(blob.finish().value());
        CHECK(folder.text(kName) == kText);
    }

    TEST_CASE("what is not what it claims to be goes") {
        const Folder folder;
        folder.write(kName, "other bytes!");
        CHECK_FALSE(open(folder).is_complete());
        CHECK(folder.text(kName) == "no file");
        folder.write(kName + ".partial", "longer than the layer is");
        CHECK(open(folder).have() == 0);
        folder.write(kName + ".partial", "wrong");
        auto blob = open(folder);
        REQUIRE(blob.append(", layer").has_value());
        CHECK_FALSE(blob.finish().value());
        CHECK(blob.have() == 0);
        CHECK(folder.text(kName + ".partial").empty());
        REQUIRE(blob.append(kText).has_value());
        CHECK(blob.finish().value());
    }

    TEST_CASE("more than the size is refused before it is written") {
        const Folder folder;
        auto blob = open(folder);
        const auto done = blob.append(kText + "!");
        REQUIRE_FALSE(done.has_value());
        CHECK(done.error().message().find("more than 12 bytes") != std::string::npos);
        CHECK(folder.text(kName + ".partial").empty());
    }

    TEST_CASE("links are not followed") {
        const Folder folder;
        folder.write("target", "mine");
        REQUIRE(::symlinkat("../../target", folder.fd(), (kName + ".partial").c_str()) == 0);
        CHECK_FALSE(BlobFile::open(folder.fd(), kDigest, kText.size()).has_value());
        CHECK(folder.text("target") == "mine");
    }

    TEST_CASE("documents are checked by any algorithm that OCI has") {
        for (const auto algorithm :
             {HashAlgorithm::kSha256, HashAlgorithm::kSha384, HashAlgorithm::kSha512}) {
            const auto digest = Digest::parse(std::string{podd::base::hash_name(algorithm)} + ":" +
                                              podd::base::hash_hex(algorithm, kText))
                                    .value();
            CHECK(podd::fetch::check_digest(kText, digest).has_value());
            CHECK_FALSE(podd::fetch::check_digest(kText + " ", digest).has_value());
        }
    }
}
