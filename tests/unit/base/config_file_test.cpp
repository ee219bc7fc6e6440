// SPDX-License-Identifier: LGPL-2.1-or-later
#include "base/config_file.h"

#include <string>

#include <doctest/doctest.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "scratch_folder.h"
#include "skip.h"

using namespace podd::base;

namespace {

class Scratch : public podd::test::ScratchFolder {
public:
    Scratch() {
        for (const char* name : {"etc", "usr"})
            REQUIRE(::mkdirat(fd(), name, 0755) == 0);
    }
    void write(const std::string& name, std::string_view text, mode_t mode = 0644) const {
        const auto file = open_at(fd(), name, O_WRONLY | O_CREAT, 0600);
        REQUIRE(file);
        REQUIRE(write_all(file->get(), text));
        REQUIRE(::fchmod(file->get(), mode) == 0);
    }
    Result<std::vector<ConfigFile>> read() const {
        return read_config_files({path("etc"), path("run"), path("usr")});
    }
};

}  // namespace

TEST_SUITE("base/config_file") {
    TEST_CASE("sections and assignments keep their places") {
        const auto sections = parse_config(
            "# one\n[Prefix a.example/b]\r\n Accept = unsigned \n\n"
            "; two\n[Other]\nEmpty=\nMirror=a\nMirror=b=c\n");
        REQUIRE(sections);
        const std::vector<ConfigSection> wanted{
            {"Prefix a.example/b", 2, {{"Accept", "unsigned", 3}}},
            {"Other", 6, {{"Empty", "", 7}, {"Mirror", "a", 8}, {"Mirror", "b=c", 9}}}};
        CHECK(*sections == wanted);
    }

    TEST_CASE("a backslash goes on with the next line, and comments between do not count") {
        const auto sections =
            parse_config("[A]\nKey=one \\\n# not this\n  two\nNext=\\\n\nLast=x\\");
        REQUIRE(sections);
        REQUIRE(sections->size() == 1);
        const std::vector<ConfigLine> wanted{
            {"Key", "one  two", 2}, {"Next", "", 5}, {"Last", "x", 7}};
        CHECK(sections->front().lines == wanted);
    }

    TEST_CASE("what is broken is refused with its line") {
        struct Row {
            std::string_view text, message;
        };
        const Row rows[] = {
            {"Key=x\n",
             R"(line 1: found "Key=" in front of the first section, wanted "[Name]" above it)"},
            {"[A]\n\nnonsense\n", R"(line 3: found "nonsense", wanted KEY=VALUE)"},
            {"[A]\n=x\n", R"(line 2: found "=x", wanted KEY=VALUE)"},
            {"[A\n", R"(line 1: found "[A", wanted a section as "[Name]")"},
            {"[]\n", R"(line 1: found "[]", wanted a section as "[Name]")"},
            {"[A[b]\n", R"(line 1: found "[A[b]", wanted a section as "[Name]")"},
            {"[A]b]\n", R"(line 1: found "[A]b]", wanted a section as "[Name]")"},
            {"[A] [b]\n", R"(line 1: found "[A] [b]", wanted a section as "[Name]")"},
            {"[A [[b]]]\n", R"(line 1: found "[A [[b]]]", wanted a section as "[Name]")"},
        };
        for (const auto& row : rows) {
            CAPTURE(row.text);
            const auto sections = parse_config(row.text);
            REQUIRE_FALSE(sections);
            CHECK(sections.error().code() == ErrorCode::kInvalidArgument);
            CHECK(sections.error().message() == row.message);
        }
        CHECK_FALSE(parse_config(std::string_view{"[A]\nk=\0x\n", 9}));
    }

    TEST_CASE("files of one name replace each other, in the order of names") {
        const Scratch dir;
        dir.write("usr/20-b.conf", "[Vendor]\n");
        dir.write("usr/30-masked.conf", "[Vendor]\n");
        dir.write("usr/40-empty.conf", "[Vendor]\n");
        dir.write("etc/20-b.conf", "[Admin]\n");
        dir.write("etc/10-a.conf", "[First]\n");
        dir.write("etc/40-empty.conf", "");
        dir.write("etc/.hidden.conf", "broken");
        dir.write("etc/readme.txt", "broken");
        REQUIRE(::symlinkat("/dev/null", dir.fd(), "etc/30-masked.conf") == 0);
        const auto files = dir.read();
        REQUIRE(files);
        REQUIRE(files->size() == 2);
        CHECK(files->at(0).path == dir.path("etc/10-a.conf"));
        CHECK(files->at(1).sections.front().name == "Admin");
    }

    TEST_CASE("files of several endings count, and whatever is in them") {
        const Scratch dir;
        dir.write("usr/a.conf", "one");
        dir.write("etc/a.list", "two");
        dir.write("etc/b.txt", "three");
        const auto paths =
            list_config_files({dir.path("etc"), dir.path("usr")}, {".conf", ".list"});
        REQUIRE(paths);
        CHECK(*paths == std::vector<std::string>{dir.path("usr/a.conf"), dir.path("etc/a.list")});
        CHECK(read_config_text(paths->front()).value() == "one");
        dir.write("etc/empty.conf", "");
        CHECK_FALSE(read_config_text(dir.path("etc/empty.conf")).value().has_value());
    }

    TEST_CASE("a broken file is an error that names it") {
        const Scratch dir;
        dir.write("etc/a.conf", "[A]\nx\n");
        const auto files = dir.read();
        REQUIRE_FALSE(files);
        CHECK(files.error().message() ==
              "\"" + dir.path("etc/a.conf") + R"(": line 2: found "x", wanted KEY=VALUE)");
        CHECK(config_error({dir.path("etc/a.conf"), {}}, 7, "no").message() ==
              "\"" + dir.path("etc/a.conf") + "\": line 7: no");
    }

    TEST_CASE("root follows nobody else's file") {
        SKIP_UNLESS(::geteuid() == 0, "needs root");
        const Scratch dir;
        dir.write("etc/a.conf", "[A]\n", 0666);
        const auto files = dir.read();
        REQUIRE_FALSE(files);
        CHECK(files.error().code() == ErrorCode::kDenied);
    }
}
