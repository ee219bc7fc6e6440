// SPDX-License-Identifier: LGPL-2.1-or-later
// podctl network check
#include <cerrno>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/unique_fd.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "podctl/manager.h"
#include "podctl/table.h"
#include "podctl/terminal.h"
#include "podctl/verbs.h"

namespace podd::podctl {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

constexpr std::size_t kMaxSaid = std::size_t{64} * 1024;

struct Checked {
    std::string networks;
    std::vector<std::string> problems;
};

struct FileActions {
    posix_spawn_file_actions_t actions{};
    FileActions() { (void)::posix_spawn_file_actions_init(&actions); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;
    ~FileActions() { (void)::posix_spawn_file_actions_destroy(&actions); }
};

// What was logged last, behind what plugins say themselves: "<3>…" where that is no terminal.
std::string last_sentence(std::string text) {
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    text.erase(0, text.rfind('\n') + 1);
    if (text.size() > 3 && text[0] == '<' && text[2] == '>') text.erase(0, 3);
    return text;
}

// What the plugins of the pod miss, in one line; empty: nothing.
Result<std::string> ask_plugins(const std::string& pod) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return base::errno_error("making a pipe", errno);
    UniqueFd read{ends[0]};
    UniqueFd write{ends[1]};
    FileActions files;
    (void)::posix_spawn_file_actions_adddup2(&files.actions, write.get(), STDERR_FILENO);
    std::string verb = "check";
    std::string name = pod;
    std::string program = plan::kCniProgram;
    char* const argv[] = {program.data(), verb.data(), name.data(), nullptr};
    pid_t pid = -1;
    if (const int r =
            ::posix_spawn(&pid, plan::kCniProgram, &files.actions, nullptr, argv, environ);
        r != 0)
        return base::errno_error(fmt::format("starting \"{}\"", plan::kCniProgram), r);
    write.reset();
    auto said = base::read_all(read.get(), kMaxSaid);
    read.reset();  // who says more than that does not wait for a reader
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!said) return said;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return std::string{};
    auto text = last_sentence(std::move(*said));
    return text.empty() ? fmt::format("\"{}\" was ended by a signal", plan::kCniProgram) : text;
}

Result<plan::PodPlan> plan_of(const std::string& pod) {
    auto folder = plan::open_pod_directory(pod);
    if (!folder && folder.error().code() == ErrorCode::kNotFound)
        return Error{ErrorCode::kNotFound, fmt::format("pod \"{}\" does not run", pod)};
    if (!folder) return folder.error();
    return plan::read_pod_plan(folder->get());
}

using Links = decltype(std::declval<Manager&>().ListNetworkLinks(0));

void look_at_link(Checked& checked, const std::string& pod, const Links& links) {
    checked.networks = "default";
    bool any = false;
    for (const auto& row : links) {
        const auto& [owner, network, link, addresses, ports, bandwidth, since, problems] =
            client::as_tuple(row);
        // Of plugins, these are asked themselves.
        if (owner != pod || (network != "default" && network != "default-restricted")) continue;
        any = true;
        checked.networks = network;
        for (const auto& problem : problems)
            checked.problems.push_back(fmt::format("link \"{}\": {}", link, problem));
    }
    if (!any) checked.problems.emplace_back("it has no link");
}

// Whoever has no link needs nobody who lists them, so they are asked for when one has.
class Checker {
public:
    explicit Checker(Manager& manager) : manager_{manager} {}

    Result<Checked> check(const std::string& pod) {
        const auto plan = TRY(plan_of(pod));
        Checked checked;
        if (plan::has_link(plan.network)) look_at_link(checked, pod, *TRY(links()));
        if (plan.named_networks.value_or(false)) {
            checked.networks += checked.networks.empty() ? "plugins" : ",plugins";
            if (auto said = TRY(ask_plugins(pod)); !said.empty())
                checked.problems.push_back(std::move(said));
        }
        return checked;
    }

private:
    Result<const Links*> links() {
        if (!links_)
            links_ =
                TRY(client::guarded([&] { return manager_.ListNetworkLinks(manager_.flags()); }));
        return &*links_;
    }

    Manager& manager_;
    std::optional<Links> links_;
};

std::vector<Cell> row_of(const std::string& pod, const Checked& checked) {
    const auto& problems = checked.problems;
    const auto state =
        problems.empty() ? std::string{"ok"} : fmt::format("{}", fmt::join(problems, "; "));
    return {{pod, pod},
            {checked.networks, checked.networks.empty() ? "-" : checked.networks},
            {base::Json{base::Json::Array(problems.begin(), problems.end())}, state}};
}

}  // namespace

Result<int> verb_network_check(const Arguments& arguments) {
    if (::geteuid() != 0)
        return Error{ErrorCode::kDenied, "networks of pods are checked by root alone"};
    const Session session = TRY(Session::open(arguments.options));
    Checker checker{*session.manager};
    Table table{"pods", {{"POD", "pod"}, {"NETWORKS", "networks"}, {"STATE", "problems"}}, {}, {}};
    int status = kOk;
    for (const auto& word : arguments.words)
        for (const auto& pod : TRY(expand_pods(*session.manager, {word}))) {
            const auto checked = checker.check(pod);
            if (checked) {
                table.rows.push_back(row_of(pod, *checked));
                if (!checked->problems.empty()) status = kFailure;
                continue;
            }
            const bool runs = checked.error().code() != ErrorCode::kNotFound;
            if (!runs && is_pattern(word)) continue;
            print_error(checked.error(), arguments.options.json);
            if (status != kFailure) status = runs ? kFailure : kNoSuchPod;
        }
    print_table(table, arguments.options);
    return status;
}

}  // namespace podd::podctl
