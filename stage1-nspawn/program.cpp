// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program.h"

#include <fmt/format.h>

#include "base/log.h"
#include "base/notify.h"

namespace podd::stage1 {

void report_failure(std::string_view text) {
    base::log_line(base::LogLevel::kError, text);
    std::string line{text};
    for (auto& c : line)
        if (c == '\n') c = ' ';
    (void)base::notify(fmt::format("STATUS={}", line));
}

}  // namespace podd::stage1
