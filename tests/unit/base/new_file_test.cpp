// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/new_file.h"

#include <cstdlib>

#include <doctest/doctest.h>

#include <fcntl.h>

#include "base/file.h"

using namespace podd::base;

TEST_SUITE("base/new_file") {
    TEST_CASE("a file has its name when it is whole, and takes another's only when told") {
        char path[] = "/tmp/podd-new-file-XXXXXX";
        REQUIRE(::mkdtemp(path) != nullptr);
        const auto dir = open_path(path, O_RDONLY | O_DIRECTORY).value();
        const auto names = [&] { return list_dir(dir.get()).value(); };
        const auto write = [&](std::string_view text, Existing existing) -> Result<> {
            auto file = TRY(NewFile::create(dir.get(), "f"));
            TRY(write_all(file.fd(), text));
            CHECK(names().size() <= 1);
            return file.publish(dir.get(), "f", existing);
        };
        {
            const auto file = NewFile::create(dir.get(), "f");
            REQUIRE(file);
        }
        CHECK(names().empty());
        CHECK(write("first", Existing::kRefuse));
        const auto refused = write("second", Existing::kRefuse);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code() == ErrorCode::kConflict);
        CHECK(read_file(dir.get(), "f", 100).value() == "first");
        CHECK(write("third", Existing::kReplace));
        CHECK(read_file(dir.get(), "f", 100).value() == "third");
        CHECK(names() == std::vector<std::string>{"f"});
        const auto tmp = open_path("/tmp", O_RDONLY | O_DIRECTORY).value();
        CHECK(remove_tree(tmp.get(), std::string_view{path}.substr(5).data()));
    }
}
