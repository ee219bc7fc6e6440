// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/plan.h"

#include <fmt/format.h>

#include "base/file.h"

namespace podd::plan {

namespace {

constexpr std::string_view kAppFileStart = "app-";
constexpr std::string_view kAppFileEnd = ".json";

// Arguments and environment of one app may be large; the kernel's own limit is 2 MiB.
constexpr std::size_t kMaxPlanBytes = std::size_t{8} * 1024 * 1024;

base::Result<base::Json> read_json(int dir_fd, const std::string& name) {
    const auto text = TRY(base::read_file(dir_fd, name, kMaxPlanBytes));
    base::JsonLimits limits;
    limits.max_bytes = kMaxPlanBytes;
    return TRY_CONTEXT(base::Json::parse(text, limits), "\"{}\"", name);
}

}  // namespace

std::string app_file(std::string_view app) {
    return fmt::format("{}{}{}", kAppFileStart, app, kAppFileEnd);
}

std::optional<std::string_view> app_of_file(std::string_view file) {
    if (!file.starts_with(kAppFileStart) || !file.ends_with(kAppFileEnd) ||
        file.size() <= kAppFileStart.size() + kAppFileEnd.size())
        return std::nullopt;
    file.remove_prefix(kAppFileStart.size());
    file.remove_suffix(kAppFileEnd.size());
    return file;
}

std::string seccomp_file(std::string_view app) {
    return fmt::format("app-{}.bpf", app);
}

std::string done_file(std::string_view app) {
    return fmt::format("app-{}.done", app);
}

base::Result<PodPlan> read_pod_plan(int dir_fd) {
    const auto json = TRY(read_json(dir_fd, std::string{kPodFile}));
    return TRY_CONTEXT(pod_plan(json), "\"{}\"", kPodFile);
}

base::Result<AppPlan> read_app_plan(int dir_fd, std::string_view app) {
    const auto json = TRY(read_json(dir_fd, app_file(app)));
    return TRY_CONTEXT(app_plan(json), "\"{}\"", app_file(app));
}

base::Result<SandboxRecord> read_sandbox_record(int dir_fd) {
    const auto json = TRY(read_json(dir_fd, std::string{kSandboxFile}));
    return TRY_CONTEXT(sandbox_record(json), "\"{}\"", kSandboxFile);
}

}  // namespace podd::plan
