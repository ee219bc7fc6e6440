// SPDX-License-Identifier: LGPL-2.1-or-later
// gc POD: takes away what a run of the pod left: the machine's entry, its runtime folder, its
// writable layers and empty volumes. May run twice, and after a start that failed at any point.
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "plan/plan.h"
#include "program.h"
#include "registration.h"

namespace podd::stage1 {

using base::Error;
using base::ErrorCode;
using base::Result;

namespace {

constexpr std::string_view kStateParent = "/var/lib/podd/pods/";
constexpr const char* kMachines = "/run/systemd/machines/";

// The whole tree goes away, so nothing but one folder in podd's own will do.
Result<> remove_state(const std::string& state_dir) {
    const auto uuid = std::string_view{state_dir}.substr(
        state_dir.starts_with(kStateParent) ? kStateParent.size() : state_dir.size());
    if (uuid.empty() || uuid.front() == '.' || uuid.find('/') != std::string_view::npos)
        return Error{ErrorCode::kCorrupt, fmt::format("\"{}\" is no folder of a pod in \"{}\"",
                                                      state_dir, kStateParent)};
    const auto parent = base::open_path(std::string{kStateParent}, O_RDONLY | O_DIRECTORY);
    if (!parent && parent.error().code() == ErrorCode::kNotFound) return {};
    if (!parent) return parent.error();
    return base::remove_tree(parent->get(), std::string{uuid});
}

Result<> remove_runtime(const std::string& pod) {
    const auto parent = TRY(base::open_path(std::string{plan::kRunDir}, O_RDONLY | O_DIRECTORY));
    return base::remove_tree(parent.get(), pod);
}

// A plan that is missing or was cut short names no state: the collector of dead pods finds that.
Result<> remove_files(const std::string& pod) {
    const auto directory = open_pod_directory(pod);
    if (!directory && directory.error().code() == ErrorCode::kNotFound) return {};
    if (!directory) return directory.error();
    const auto plan = plan::read_pod_plan(directory->get());
    if (plan) TRY(remove_state(plan->state_dir));
    return remove_runtime(pod);
}

Result<> remove_machine(const std::string& pod) {
    if (::access((kMachines + pod).c_str(), F_OK) < 0) return {};
    return Registration::remove(pod);
}

}  // namespace

}  // namespace podd::stage1

int main(int argc, char** argv) {
    using namespace podd;
    if (argc != 2) {
        base::log_line(base::LogLevel::kError, "usage: gc POD");
        return EXIT_FAILURE;
    }
    bool clean = true;
    const std::string pod = argv[1];
    for (const auto& done : {stage1::remove_machine(pod), stage1::remove_files(pod)}) {
        if (done) continue;
        clean = false;
        base::log_line(base::LogLevel::kError,
                       fmt::format("cleaning up pod \"{}\": {}", pod, done.error().message()));
    }
    return clean ? EXIT_SUCCESS : EXIT_FAILURE;
}
