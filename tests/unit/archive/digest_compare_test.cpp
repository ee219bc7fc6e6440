// SPDX-License-Identifier: LGPL-2.1-or-later
#include "archive/digest_compare.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "archive/digest_list.h"
#include "archive/tree_hash.h"
#include "unpack_fixture.h"

using namespace podd;  // NOLINT

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs differences(std::string_view listed, std::string_view found) {
    std::size_t count = 0;
    Pairs pairs;
    for (const auto& difference : archive::compare_digest_lists(listed, found, 100, count))
        pairs.emplace_back(difference.path, difference.what);
    CHECK(count == pairs.size());
    return pairs;
}

}  // namespace

TEST_SUITE("archive/digest_compare") {
    TEST_CASE("what is otherwise is said with its path") {
        struct Case {
            const char* what;
            const char* listed;
            const char* found;
            Pairs differences;
        };
        const Case cases[] = {
            {"the same",
             "#mtree\n./a type=file mode=0644\n\n#total files=1 bytes=0\n",
             "#mtree\n./a type=file mode=0644\n\n#total files=2 bytes=0\n",
             {}},
            {"one too few",
             "./a type=file\n./b type=file\n",
             "./b type=file\n",
             {{"./a", "is missing"}}},
            {"one too many",
             "./a type=file\n",
             "./a type=file\n./b type=file\n",
             {{"./b", "was not there"}}},
            {"another mode and content",
             "./a type=file mode=0644 size=1 sha256digest=00\n",
             "./a type=file mode=0755 size=1 sha256digest=01\n",
             {{"./a", "mode is 0755, was 0644; its content differs"}}},
            {"another type",
             "./a type=link link=b\n",
             "./a type=dir\n",
             {{"./a", "type is dir, was link; link is not there, was b"}}},
            {"in another order",
             "./a type=file\n./a-b type=file\n./a/c type=file\n",
             "./a type=file\n./a/c type=file\n./a-b type=file\n",
             {}},
            {"other attributes",
             "#mtree\n#xattrs\n./a type=dir xattrsha256=00\n./b type=dir\n",
             "#mtree\n#xattrs\n./a type=dir\n./b type=dir xattrsha256=01\n",
             {{"./a", "its attributes differ"}, {"./b", "its attributes differ"}}},
            {"attributes that the list knew nothing of",
             "#mtree\n./a type=dir\n",
             "#mtree\n#xattrs\n./a type=dir xattrsha256=00\n",
             {}},
            {"nothing left", "./a type=file\n", "", {{"./a", "is missing"}}},
        };
        for (const auto& test : cases) {
            CAPTURE(test.what);
            CHECK(differences(test.listed, test.found) == test.differences);
        }
    }

    TEST_CASE("more than are wanted are counted") {
        std::size_t count = 0;
        const auto some = archive::compare_digest_lists("./a x\n./b x\n./c x\n", "", 2, count);
        CHECK(some.size() == 2);
        CHECK(count == 3);
    }

    TEST_CASE("a tree that was read again has the list that it was unpacked with") {
        char name[] = "/tmp/podd-hash-XXXXXX";
        REQUIRE(::mkdtemp(name) != nullptr);
        const auto root = base::open_path(name, O_RDONLY | O_DIRECTORY);
        REQUIRE(root);
        REQUIRE(::mkdirat(root->get(), "d", 0700) == 0);
        REQUIRE(base::write_file(root->get(), "d/file", "hello", 0600));
        REQUIRE(base::write_file(root->get(), "empty", "", 0600));
        REQUIRE(::linkat(root->get(), "d/file", root->get(), "link", 0) == 0);
        REQUIRE(::mkfifoat(root->get(), "fifo", 0600) == 0);
        std::uint64_t read = 0;
        const auto list = [&] {
            const auto out = test::memory_file("");
            auto digests = archive::hash_tree(root->get(), [&](std::uint64_t bytes) {
                read += bytes;
                return base::Result<>{};
            });
            REQUIRE(digests);
            REQUIRE(archive::write_digest_list(root->get(), out.get(), *std::move(digests)));
            REQUIRE(::lseek(out.get(), 0, SEEK_SET) == 0);
            return base::read_all(out.get(), 100'000).value();
        };
        const auto before = list();
        CHECK(read == 5);  // the second name of the file is not read again
        CHECK(differences(before, list()).empty());
        REQUIRE(base::write_file(root->get(), "empty", "x", 0600));
        CHECK(differences(before, list()) ==
              Pairs{{"./empty", "size is 1, was 0; its content differs"}});
        std::filesystem::remove_all(name);
    }
}
