// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/progress_text.h"

#include <string>

#include <doctest/doctest.h>

using namespace podd;
using namespace podd::podctl;
using base::LayerState;

namespace {

using Lines = std::vector<std::string>;

TransferState fetching() {
    return {"fetch",
            1'500'000,
            3'000'000,
            500'000,
            {{LayerState::kDone, 1'000'000, 1'000'000},
             {LayerState::kFetching, 500'000, 1'000'000},
             {LayerState::kWaiting, 0, 1'000'000}}};
}

std::string word_of(const std::string& text, char with) {
    const auto at = text.find(with);
    return at == std::string::npos ? "" : text.substr(at);
}

}  // namespace

TEST_SUITE("podctl/progress_text") {
    TEST_CASE("bars on a screen that is wide enough") {
        const auto lines = bars("docker://x.org/app:1", fetching(), {80, 24, false});
        CHECK(lines == Lines{"docker://x.org/app:1  50% 1.4M/2.9M 488.3K/s 3s",
                             "  layer 1/3 done      976.6K",
                             "  layer 2/3 fetching  [###############...............]  50% "
                             "488.3K/976.6K",
                             "  layer 3/3 waiting   976.6K"});
    }

    TEST_CASE("without layers the bar is that of the whole; an unknown total has none") {
        TransferState state{"import", 512, 1024, 0, {}};
        CHECK(bars("a.aci", state, {60, 24, false}) ==
              Lines{"a.aci [###############...............]  50% 512B/1.0K"});
        state.total = 0;
        CHECK(bars("a.aci", state, {60, 24, false}) == Lines{"a.aci 512B"});
        state.bytes = 0;
        state.total = 10;
        CHECK(bars("a.aci", state, {60, 24, false}).front().find("[....") != std::string::npos);
    }

    TEST_CASE("more than there is to come is all of it") {
        const auto lines = bars("a", {"import", 30, 10, 5, {}}, {60, 24, false});
        CHECK(lines.front().find("100%") != std::string::npos);
        CHECK(word_of(lines.front(), '[').find('.') > 20);
    }

    TEST_CASE("no line is wider than the screen less one, whatever is in it") {
        auto state = fetching();
        state.layers.resize(120, {LayerState::kUnpacking, 1, UINT64_MAX});
        const std::string names[] = {"x",
                                     "docker://registry.example.com:5000/a/very/long/name/of:1",
                                     "/tmp/\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2\xE5\xAD\x97.tar"};
        for (const auto& name : names)
            for (std::size_t columns = 2; columns < 130; ++columns)
                for (const bool colours : {false, true})
                    for (const auto& line : bars(name, state, {columns, 300, colours})) {
                        CAPTURE(columns);
                        CAPTURE(line);
                        CHECK(columns_of(line) < columns);
                    }
        CHECK(!bars("x", state, {0, 0, false}).empty());
    }

    TEST_CASE("what is left out of a narrow line: the bar, then numbers, and the name is cut") {
        const auto at = [](std::size_t columns) {
            return bars("docker://x.org/app:1", fetching(), {columns, 24, false});
        };
        CHECK(at(52)[2] == "  layer 2/3 fetching  [####....]  50% 488.3K/976.6K");
        CHECK(at(30)[0] == "docker://x....  50% 1.4M/2.9M");
        CHECK(at(30)[2] == "  layer 2/3 fetching   50%");
        CHECK(at(12)[0] == "doc...  50%");
    }

    TEST_CASE("a character is not cut in two") {
        const TransferState state{"import", 1, 0, 0, {}};
        for (std::size_t columns = 2; columns < 30; ++columns)
            for (const auto& line : bars("\xC3\xA4\xC3\xB6\xC3\xBC\xC3\xA4\xC3\xB6\xC3\xBC", state,
                                         {columns, 24, false})) {
                CAPTURE(line);
                std::size_t begun = 0;
                std::size_t rest = 0;
                for (const char c : line) {
                    begun += (static_cast<unsigned char>(c) & 0xE0U) == 0xC0U ? 1U : 0U;
                    rest += (static_cast<unsigned char>(c) & 0xC0U) == 0x80U ? 1U : 0U;
                }
                CHECK(begun == rest);
            }
    }

    TEST_CASE("fewer lines than the screen has rows; the layers at work have one") {
        TransferState state{"import", 1, 100, 0, {}};
        for (int i = 0; i < 20; ++i)
            state.layers.push_back({LayerState::kDone, 1, 1});
        state.layers[12].state = LayerState::kUnpacking;
        state.layers[19].state = LayerState::kWaiting;
        for (std::size_t rows = 0; rows < 30; ++rows) {
            CAPTURE(rows);
            const auto lines = bars("x", state, {80, rows, false});
            CHECK(lines.size() <= std::max<std::size_t>(rows, 2) - 1);
            if (rows >= 4)
                CHECK(lines[rows >= 22 ? 13 : 1 + std::min<std::size_t>(rows - 4, 0)].find(
                          "layer") != std::string::npos);
        }
        const auto lines = bars("x", state, {80, 4, false});
        CHECK(lines[1].find("layer 13/20 unpacking") != std::string::npos);
        CHECK(lines[2] == "  19 more: 18 done, 1 to do");
    }

    TEST_CASE("colours are around the bar and take no room") {
        const TransferState state{"import", 1, 2, 0, {}};
        const auto plain = bars("x", state, {60, 24, false}).front();
        const auto coloured = bars("x", state, {60, 24, true}).front();
        CHECK(plain.find('\033') == std::string::npos);
        CHECK(coloured.find("[\033[32m####") != std::string::npos);
        CHECK(coloured.find("#\033[0m.") != std::string::npos);
        CHECK(columns_of(plain) == columns_of(coloured));
    }

    TEST_CASE("where nothing can be drawn, a line for each layer that is done") {
        const auto now = fetching();
        CHECK(plain_lines({}, now) == Lines{"layer 1 of 3 fetched, 976.6K"});
        CHECK(plain_lines(now, now).empty());
        auto next = now;
        next.layers[1].state = LayerState::kDone;
        CHECK(plain_lines(now, next) == Lines{"layer 2 of 3 fetched, 976.6K"});
        TransferState import{"import", 0, 0, 0, {}};
        CHECK(plain_lines(next, import) == Lines{"fetched, importing"});
        CHECK(plain_lines({}, import).empty());
        auto unpacked = import;
        unpacked.layers = {{LayerState::kDone, 5, 5}};
        CHECK(plain_lines(import, unpacked) == Lines{"layer 1 of 1 imported, 5B"});
        CHECK(plain_lines(now, unpacked) ==
              Lines{"fetched, importing", "layer 1 of 1 imported, 5B"});
    }

    TEST_CASE("how long it will take") {
        struct Case {
            std::uint64_t bytes, total, rate;
            const char* text;
        };
        for (const auto& [bytes, total, rate, text] :
             {Case{0, 100, 0, ""}, Case{100, 100, 10, ""}, Case{0, 0, 10, ""},
              Case{0, 100, 50, "2s"}, Case{0, 6000, 50, "2min 0s"}, Case{0, 7200, 1, "2h 0min"},
              Case{0, UINT64_MAX, 1, ""}, Case{200, 100, 10, ""}}) {
            CAPTURE(total);
            CHECK(time_left({"fetch", bytes, total, rate, {}}) == text);
        }
    }

    TEST_CASE("the status of a unit") {
        CHECK(status_line("docker://x", fetching()) == "fetch of docker://x: 50%, 1.4M of 2.9M");
        CHECK(status_line("docker://x", {"import", 5, 0, 0, {}}) == "import of docker://x");
        CHECK(status_line("docker://x", {}) == "fetch of docker://x");
    }
}
