// SPDX-License-Identifier: LGPL-2.1-or-later
#include "importer/findings.h"

#include "base/file.h"
#include "base/json.h"

namespace podd::importer {

void Findings::add(std::string_view kind, std::string_view object, std::string_view text) {
    add(kind, object, text, {});
}

void Findings::add(std::string_view kind, std::string_view object, std::string_view text,
                   std::string_view advice) {
    base::Json line;
    line.add("kind", kind);
    line.add("object", object);
    line.add("text", text);
    if (!advice.empty()) line.add("advice", advice);
    lines_ += line.str() + "\n";
    ++count_;
}

base::Result<> Findings::write(int fd) const {
    TRY_CONTEXT(base::write_all(fd, lines_), "saying what was found");
    return {};
}

}  // namespace podd::importer
