// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fetch/part_file.h"

#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include <fcntl.h>

#include "base/file.h"
#include "scratch_folder.h"

using podd::fetch::PartFile;
using podd::fetch::PartNote;
using podd::fetch::read_part_note;
using podd::fetch::write_part_note;

namespace base = podd::base;

namespace {

class Folder : public podd::test::ScratchFolder {
public:
    PartFile open(const std::string& url = "https://e.org/a.aci") const {
        return PartFile::open(fd(), "a", url).value();
    }
};

const PartNote kNote{"https://e.org/a.aci", "\"v1\"", 10};

}  // namespace

TEST_SUITE("fetch/part_file") {
    TEST_CASE("what was there is gone on with") {
        const Folder folder;
        {
            auto part = folder.open();
            CHECK(part.have() == 0);
            REQUIRE(part.restart(kNote).has_value());
            REQUIRE(part.append("01234").has_value());
        }
        auto part = folder.open();
        CHECK(part.have() == 5);
        CHECK(part.note() == kNote);
        REQUIRE(part.append("56789").has_value());
        REQUIRE(part.finish().has_value());
        CHECK(folder.text("a") == "0123456789");
    }

    TEST_CASE("a whole one is asked for its last byte again") {
        const Folder folder;
        {
            auto part = folder.open();
            REQUIRE(part.restart(kNote).has_value());
            REQUIRE(part.append("0123456789").has_value());
            REQUIRE(part.finish().has_value());
        }
        auto part = folder.open();
        CHECK(part.have() == 9);
        CHECK_FALSE(base::read_file(folder.fd(), "a", 1000).has_value());
        REQUIRE(part.append("9").has_value());
        REQUIRE(part.finish().has_value());
        CHECK(folder.text("a") == "0123456789");
    }

    TEST_CASE("nothing is built on a part that may be of something else") {
        struct Case {
            const char* what;
            std::string url;
            PartNote note;
            std::string note_text;  // in place of the note
        };
        for (const auto& c : {
                 Case{"another URL", "https://e.org/b.aci", kNote, ""},
                 Case{"no validator", kNote.url, {kNote.url, "", 10}, ""},
                 Case{"longer than the whole", kNote.url, {kNote.url, "\"v1\"", 4}, ""},
                 Case{"a broken note", kNote.url, kNote, "{\"url\":"},
                 Case{"a note of other types", kNote.url, kNote,
                      R"({"url":"https://e.org/a.aci","validator":1,"size":10})"},
             }) {
            CAPTURE(c.what);
            const Folder folder;
            {
                auto part = folder.open();
                REQUIRE(part.restart(c.note).has_value());
                REQUIRE(part.append("01234").has_value());
            }
            if (!c.note_text.empty())
                REQUIRE(base::write_file(folder.fd(), "a.note", c.note_text, 0644).has_value());
            auto part = folder.open(c.url);
            CHECK(part.have() == 0);
            CHECK(part.note() == PartNote{.url = c.url});
            CHECK(folder.text("a.partial").empty());
        }
    }

    TEST_CASE("a note is read as it was written") {
        CHECK(read_part_note(write_part_note(kNote)).value() == kNote);
        CHECK_FALSE(read_part_note("").has_value());
        CHECK_FALSE(read_part_note(R"({"url":"a","validator":"b","size":-1})").has_value());
    }
}
