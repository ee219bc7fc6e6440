// SPDX-License-Identifier: LGPL-2.1-or-later
#include "podctl/table.h"

#include <cstdio>
#include <memory>

#include <fmt/format.h>

#include <libsmartcols.h>

#include "podctl/terminal.h"

namespace podd::podctl {

namespace {

struct Unref {
    void operator()(libscols_table* table) const { scols_unref_table(table); }
};

base::Json as_json(const Table& table) {
    base::Json::Array rows;
    for (const std::vector<Cell>& row : table.rows) {
        base::Json object{base::Json::Object{}};
        for (std::size_t i = 0; i < row.size(); ++i)
            object.add(std::string{table.columns[i].member}, row[i].value);
        rows.push_back(std::move(object));
    }
    return base::Json{std::move(rows)};
}

void print_columns(const Table& table, const Options& options) {
    const std::unique_ptr<libscols_table, Unref> out{scols_new_table()};
    if (!out) throw std::bad_alloc{};
    scols_table_enable_noheadings(out.get(), options.legend ? 0 : 1);
    scols_table_enable_noencoding(out.get(), 1);  // cells are printable already
    for (const Column& column : table.columns)
        scols_table_new_column(out.get(), std::string{column.header}.c_str(), 0,
                               column.right ? SCOLS_FL_RIGHT : SCOLS_FL_TRUNC);
    for (const std::vector<Cell>& row : table.rows) {
        libscols_line* line = scols_table_new_line(out.get(), nullptr);
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string text = row[i].text.empty() ? "-" : printable(row[i].text);
            scols_line_set_data(line, i, text.c_str());
        }
    }
    scols_print_table(out.get());
}

}  // namespace

void print_json(const base::Json& json, JsonMode mode) {
    fmt::print("{}\n", json.str(mode == JsonMode::kPretty ? 2 : 0));
}

void print_table(const Table& table, const Options& options) {
    if (options.json != JsonMode::kOff) return print_json(as_json(table), options.json);
    if (!table.rows.empty()) print_columns(table, options);
    if (!options.legend) return;
    if (table.rows.empty())
        fmt::print("No {}.\n", table.noun);
    else
        fmt::print("\n{} {} listed{}.\n", table.rows.size(), table.noun, table.remark);
}

}  // namespace podd::podctl
