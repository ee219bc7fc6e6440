// SPDX-License-Identifier: LGPL-2.1-or-later
// Tables that look like machinectl's, and the same as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "podctl/options.h"

namespace podd::podctl {

struct Column {
    std::string_view header;  // "POD"
    std::string_view member;  // name in JSON: "name"
    bool right = false;
};

struct Cell {
    base::Json value;  // for JSON
    std::string text;  // for people; made printable by the table
};

struct Table {
    std::string_view noun;  // "pods": "3 pods listed."
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;
    std::string remark{};  // after "3 pods listed", where there are any
};

void print_table(const Table& table, const Options& options);
void print_json(const base::Json& json, JsonMode mode);

}  // namespace podd::podctl
