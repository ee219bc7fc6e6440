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

constexpr std::size_t kMaxNotes = std::size_t{1024} * 1024;
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

Result<> note_without_effect(int directory, const std::vector<std::string>& notes) {
    auto all = read_without_effect(directory);
    all.insert(all.end(), notes.begin(), notes.end());
    return base::write_file(directory, std::string{kWithoutEffectFile},
                            base::Json{base::Json::Array(all.begin(), all.end())}.str(), 0600);
}

std::vector<std::string> read_without_effect(int directory) {
    std::vector<std::string> notes;
    const auto text = base::read_file(directory, std::string{kWithoutEffectFile}, kMaxNotes,
                                      base::Resolve::kNoSymlinks);
    const auto json = text ? base::Json::parse(*text) : Result<base::Json>{base::Json{}};
    if (!json || json->as_array() == nullptr) return notes;
    for (const auto& note : *json->as_array())
        if (note.as_string() != nullptr) notes.push_back(*note.as_string());
    return notes;
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
