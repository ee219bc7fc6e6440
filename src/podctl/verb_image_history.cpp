// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl image history
#include <cstdio>

#include <fmt/format.h>

#include <unistd.h>

#include "podctl/findings.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

std::string text_of(const base::Json& step, std::string_view member) {
    const base::Json* found = step.find(member);
    return found != nullptr && found->as_string() != nullptr ? *found->as_string() : std::string{};
}

// What made the layer is a shell script: one line of the table must do.
std::string one_line(std::string text, bool full) {
    constexpr std::size_t kShown = 60;
    for (char& c : text)
        if (c == '\n' || c == '\t') c = ' ';
    if (full || text.size() <= kShown) return text;
    return text.substr(0, kShown) + "...";
}

void add_row(Table& table, const base::Json& step, bool full) {
    const base::Json* empty = step.find("empty_layer");
    const bool has_layer = empty == nullptr || empty->as_bool() == nullptr || !*empty->as_bool();
    const base::Json* size = step.find("size");
    const auto bytes = size == nullptr ? std::nullopt : size->as_uint();
    const std::string created = text_of(step, "created");
    const std::string by = text_of(step, "created_by");
    const std::string comment = text_of(step, "comment");
    table.rows.push_back({{created, created},
                          {bytes ? base::Json{*bytes} : base::Json{},
                           bytes ? human_bytes(*bytes) : std::string{has_layer ? "" : "0B"}},
                          {by, one_line(by, full)},
                          {comment, one_line(comment, full)}});
}

}  // namespace

base::Result<int> verb_image_history(const Arguments& arguments) {
    const Options& options = arguments.options;
    const std::string& word = arguments.words.front();
    const Report report = TRY(Report::make());
    const base::UniqueFd memory = TRY(report.writable());
    const sdbus::UnixFd file{memory.get()};
    Session session = TRY(Session::open(options));
    ProgressLine line{"Reading", word, true};
    TransferWatch watch{session, line};
    TRY_CONTEXT(watch.run([&] {
        return session.manager->GetImageHistory(word, file, session.manager->flags());
    }),
                "image \"{}\"", word);
    Table table{"steps",
                {{"CREATED", "created"},
                 {"SIZE", "size", true},
                 {"CREATED BY", "created_by"},
                 {"COMMENT", "comment"}},
                {}};
    for (const base::Json& step : TRY(report.lines()))
        add_row(table, step, options.full);
    if (table.rows.empty() && options.json == JsonMode::kOff)
        fmt::print("none recorded\n");
    else
        print_table(table, options);
    return kOk;
}

}  // namespace podd::podctl
