// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/options.h"

#include <algorithm>
#include <cstdlib>
#include <set>

#include <doctest/doctest.h>

#include "base/json.h"
#include "podctl/app_settings.h"

using namespace podd;
using namespace podd::podctl;

namespace {

base::Result<CommandLine> parsed(std::vector<std::string> words) {
    words.insert(words.begin(), "podctl");
    std::vector<char*> argv;
    for (auto& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    return parse(static_cast<int>(words.size()), argv.data());
}

bool all_know(const CommandLine& line, std::string_view verb) {
    return std::all_of(line.given.begin(), line.given.end(),
                       [&](const OptionRow* row) { return row->is_known_to(verb); });
}

}  // namespace

TEST_SUITE("podctl/options") {
    TEST_CASE("an option stands once in the table, and is known to the verbs it names") {
        std::set<std::string_view> names;
        std::set<char> letters;
        for (const OptionRow& row : option_table()) {
            CAPTURE(row.long_name);
            CHECK((row.long_name.empty() || names.insert(row.long_name).second));
            CHECK((row.letter == 0 || letters.insert(row.letter).second));
            CHECK(row.is_known_to(row.verbs.substr(0, row.verbs.find(", "))));
            CHECK(row.is_known_to("no such verb") == row.verbs.empty());
        }
    }

    TEST_CASE("an option is for its verbs only") {
        struct {
            std::vector<std::string> words;
            bool import;
            bool create;
            bool status;
        } cases[] = {
            {{"--quiet"}, true, true, true},       {{"--name=a"}, true, true, false},
            {{"--user=a"}, true, true, false},     {{"-E", "A=b"}, true, true, false},
            {{"--ref=a"}, true, false, false},     {{"--force"}, false, true, false},
            {{"--owner=0:0"}, false, true, false}, {{"--name=a", "--force"}, false, true, false},
            {{"-n", "3"}, false, false, true},
        };
        for (const auto& one : cases) {
            CAPTURE(one.words.front());
            const auto line = parsed(one.words);
            REQUIRE(line);
            CHECK(all_know(*line, "import") == one.import);
            CHECK(all_know(*line, "image create") == one.create);
            CHECK(all_know(*line, "status") == one.status);
            CHECK_FALSE((all_know(*line, "image") && !line->given.empty()));
        }
    }

    TEST_CASE("values are checked where they are given") {
        struct {
            const char* word;
            const char* wanted;  // empty: nothing
        } cases[] = {
            {"--owner=0:0", ""},
            {"--owner=65535:7", ""},
            {"--owner=65536:7", "UID:GID"},
            {"--owner=7", "UID:GID"},
            {"--owner=7:", "UID:GID"},
            {"--owner=:7", "UID:GID"},
            {"--owner=-1:7", "UID:GID"},
            {"--owner=7:7:7", "UID:GID"},
            {"--owner=root:root", "UID:GID"},
            {"--source-date-epoch=0", ""},
            {"--source-date-epoch=253402300799", ""},
            {"--source-date-epoch=253402300800", "seconds since 1970"},
            {"--source-date-epoch=-1", "seconds since 1970"},
            {"--source-date-epoch=", "seconds since 1970"},
            {"--source-date-epoch=1 ", "seconds since 1970"},
            {"--lines=5", ""},
            {"--lines=five", "a number"},
            {"--label=x", "NAME=VALUE"},
            {"--setenv=A=b", ""},
            {"--setenv=PATH", ""},
            {"--setenv=", "NAME=VALUE"},
            {"--setenv==b", "NAME=VALUE"},
            {"--setenv=NO_SUCH_VARIABLE_IS_SET", "the name of a variable that is set"},
            {"--no-such-option", "is not known"},
        };
        for (const auto& one : cases) {
            CAPTURE(one.word);
            const auto line = parsed({one.word});
            CHECK(line.has_value() == std::string_view{one.wanted}.empty());
            if (line) continue;
            CHECK(line.error().code() == base::ErrorCode::kInvalidArgument);
            CHECK(line.error().message().find(one.wanted) != std::string::npos);
        }
        CHECK(parsed({"--owner=3:4"})->options.owner == Owner{3, 4});
        CHECK(parsed({"--source-date-epoch=5"})->options.source_date_epoch == 5);
        CHECK_FALSE(parsed({})->options.source_date_epoch);
    }

    TEST_CASE("a variable without a value is the caller's own") {
        const auto line =
            parsed({"exec", "-E", "PATH", "--setenv=A=b=c", "web", "env", "-E", "X=y"});
        REQUIRE(line);
        CHECK(all_know(*line, "exec"));
        CHECK(line->options.environment == Pairs{{"PATH", std::getenv("PATH")}, {"A", "b=c"}});
        CHECK(line->after == std::vector<std::string>{"env", "-E", "X=y"});
    }

    TEST_CASE("what stands behind -- belongs to the command, options as well") {
        const auto line =
            parsed({"image", "create", "root", "--name=a", "x.aci", "--", "/bin/a", "--force"});
        REQUIRE(line);
        CHECK(line->words == std::vector<std::string>{"image", "create", "root", "x.aci"});
        CHECK(line->after == std::vector<std::string>{"/bin/a", "--force"});
        CHECK_FALSE(line->options.force);
    }

    TEST_CASE("the command of exec begins with the first word behind the pod") {
        using Words = std::vector<std::string>;
        struct {
            Words words;
            Words command;
            bool privileged;
        } cases[] = {
            {{"exec", "web", "ls", "-l"}, {"ls", "-l"}, false},
            {{"exec", "web", "--", "ls", "-l"}, {"ls", "-l"}, false},
            {{"exec", "web", "ls", "--privileged"}, {"ls", "--privileged"}, false},
            {{"exec", "--privileged", "web", "ls"}, {"ls"}, true},
            {{"exec", "web", "--privileged", "ls"}, {"ls"}, true},
            {{"--privileged", "exec", "web", "ls", "-q"}, {"ls", "-q"}, true},
            {{"exec", "web", "grep", "--", "-x"}, {"grep", "--", "-x"}, false},
            {{"exec", "web", "--", "--", "x"}, {"--", "x"}, false},
            {{"exec", "web", "--", "-l"}, {"-l"}, false},
            {{"exec", "web"}, {}, false},
        };
        for (const auto& c : cases) {
            const auto line = parsed(c.words);
            REQUIRE(line);
            CHECK(line->words == Words{"exec", "web"});
            CHECK(line->after == c.command);
            CHECK(line->options.privileged == c.privileged);
            CHECK_FALSE(line->options.quiet);
        }
        CHECK_FALSE(parsed({"exec", "web", "-Z", "ls"}));
        CHECK(parsed({"list", "a", "b", "-q"})->options.quiet);
    }
}

TEST_SUITE("podctl/app_settings") {
    TEST_CASE("settings become an app, and none become none") {
        CHECK(app_settings(parsed({"--name=a", "--force"})->options, {}).value().empty());
        const auto line =
            parsed({"--user=7", "-E", "A=b=c", "--mount=data:/data:ro", "--port=http:tcp:80",
                    "--isolator=resource/memory={\"limit\":\"1G\"}"});
        REQUIRE(line);
        const auto text = app_settings(line->options, {"/bin/a", "b"});
        REQUIRE(text);
        CHECK(
            *text ==
            R"({"exec":["/bin/a","b"],"user":"7","group":"0","environment":[{"name":"A","value":"b=c"}],)"
            R"("mountPoints":[{"name":"data","path":"/data","readOnly":true}],)"
            R"("ports":[{"name":"http","protocol":"tcp","port":80}],)"
            R"("isolators":[{"name":"resource/memory","value":{"limit":"1G"}}]})");
        for (const char* word :
             {"--mount=data", "--mount=a:b:rw", "--port=http:80", "--port=http:tcp:0",
              "--port=http:tcp:80x", "--port=http:tcp:65536", "--isolator=a", "--isolator=a={"}) {
            CAPTURE(word);
            CHECK_FALSE(app_settings(parsed({word})->options, {}));
        }
    }
}
