// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plan/run_dir.h"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>

#include "base/file.h"
#include "plan/plan.h"

namespace podd::plan {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::string_view kStateParent = "/var/lib/podd/pods/";

bool is_missing(const Result<UniqueFd>& fd) {
    return !fd && fd.error().code() == ErrorCode::kNotFound;
}

// The whole tree goes away, so nothing but one folder in podd's own will do.
Result<> remove_state(const std::string& state_dir, const std::string& pod) {
    const auto uuid = std::string_view{state_dir}.substr(
        state_dir.starts_with(kStateParent) ? kStateParent.size() : state_dir.size());
    if (uuid.empty() || uuid.front() == '.' || uuid.find('/') != std::string_view::npos)
        return Error{ErrorCode::kCorrupt,
                     fmt::format("its plan is damaged: \"{}\" is no folder of a pod in \"{}\"; "
                                 "remove \"{}/{}\" to start the pod again",
                                 state_dir, kStateParent, kRunDir, pod)};
    auto parent = base::open_path(std::string{kStateParent}, O_RDONLY | O_DIRECTORY);
    if (is_missing(parent)) return {};
    return base::remove_tree(TRY(std::move(parent)).get(), std::string{uuid});
}

}  // namespace

Result<UniqueFd> open_pod_directory(const std::string& pod) {
    if (pod.empty() || pod.front() == '.' || pod.find('/') != std::string::npos)
        return Error{ErrorCode::kInvalidArgument, "that is no name of a pod"};
    return base::open_path(fmt::format("{}/{}", kRunDir, pod), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
}

Result<> remove_leftovers(const std::string& pod) {
    auto opened = open_pod_directory(pod);
    if (is_missing(opened)) return {};
    const auto directory = TRY(std::move(opened));
    if (const auto plan = read_pod_plan(directory.get())) TRY(remove_state(plan->state_dir, pod));
    const auto parent = TRY(base::open_path(std::string{kRunDir}, O_RDONLY | O_DIRECTORY));
    return base::remove_tree(parent.get(), pod);
}

}  // namespace podd::plan
