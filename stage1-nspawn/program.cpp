// SPDX-License-Identifier: LGPL-2.1-or-later
#include "program.h"

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "base/log.h"
#include "base/notify.h"
#include "plan/plan.h"

namespace podd::stage1 {

void report_failure(std::string_view text) {
    base::log_line(base::LogLevel::kError, text);
    std::string line{text};
    for (auto& c : line)
        if (c == '\n') c = ' ';
    (void)base::notify(fmt::format("STATUS={}", line));
}

base::Result<base::UniqueFd> open_pod_directory(const std::string& pod) {
    if (pod.empty() || pod.front() == '.' || pod.find('/') != std::string::npos)
        return base::Error{base::ErrorCode::kInvalidArgument, "that is no name of a pod"};
    return base::open_path(fmt::format("{}/{}", plan::kRunDir, pod),
                           O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

}  // namespace podd::stage1
