// SPDX-License-Identifier: LGPL-2.1-or-later
// run POD [--uid-lock-fd=N]: makes the sandbox of a pod from its plan and becomes, by way of a
// child of systemd, PID 1 of it.
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "app_root.h"
#include "base/file.h"
#include "base/journal.h"
#include "base/message_ids.h"
#include "base/notify.h"
#include "base/number.h"
#include "bus_program.h"
#include "cgroup_moves.h"
#include "child.h"
#include "host_tree.h"
#include "idmap.h"
#include "leader.h"
#include "metadata.h"
#include "mount_api.h"
#include "name_files.h"
#include "named_networks.h"
#include "netns_path.h"
#include "network.h"
#include "network/resolv_conf.h"
#include "parameters.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "pod_mounts.h"
#include "program.h"
#include "sources.h"
#include "targets.h"

namespace podd::stage1 {

using base::errno_error;
using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr const char* kInitProgram = PODD_STAGE1_DIR "/init";
constexpr unsigned kLingerUsec = 15'000;

struct Host {
    UniqueFd proc;
    UniqueFd mounts;  // its mount namespace, to go back to
    UniqueFd init_program;
    UniqueFd pod_directory;
    UniqueFd netns;  // the one that the pod shares, by its path; or none
};

Result<Host> open_host(const std::string& pod) {
    Host host;
    host.proc = TRY(base::open_path("/proc", O_PATH | O_DIRECTORY));
    host.mounts = TRY(base::open_path("/proc/self/ns/mnt", O_RDONLY));
    host.init_program = TRY(base::open_path(kInitProgram, O_PATH));
    host.pod_directory = TRY(plan::open_pod_directory(pod));
    return host;
}

// The pod's mount namespace. It is owned by the host's user namespace, as PID 1 stays in it: no
// process of the pod can ever join or change it.
//
// A volume that is to follow the host is copied from mounts that do; every other copy is made
// private by set_attributes().
Result<> make_mount_namespace(const std::vector<plan::AppPlan>& apps) {
    const bool follow = std::any_of(apps.begin(), apps.end(), [](const auto& app) {
        return std::any_of(app.mounts.begin(), app.mounts.end(),
                           [](const auto& mount) { return mount.slave.value_or(false); });
    });
    return leave_host_mounts(follow ? LaterMounts::kArrive : LaterMounts::kStayAway);
}

Result<> attach_layers(int folder, AppSources& app) {
    for (std::size_t i = 0; i < app.trees.size(); ++i)
        TRY(attach(app.trees[i].get(), TRY(own_directory(folder, fmt::format("{}", i))).get()));
    TRY(attach(app.upper.get(), TRY(own_directory(folder, "u")).get()));
    (void)TRY(own_directory(folder, "m"));
    return {};
}

// An empty root in memory that holds nothing but the layers, where the pod's own processes find
// them.
Result<> enter_scratch_root(HostSources& sources) {
    const auto scratch = TRY(new_mount("tmpfs", {{"mode", "0755"}}, MOUNT_ATTR_NODEV));
    TRY(replace_host_tree(scratch.get()));
    const auto layers = TRY(own_directory(scratch.get(), kLayers));
    for (std::size_t i = 0; i < sources.apps.size(); ++i)
        TRY(attach_layers(TRY(own_directory(layers.get(), fmt::format("{}", i))).get(),
                          sources.apps[i]));
    return {};
}

Result<> build_in_pod(const plan::PodPlan& pod, const std::vector<plan::AppPlan>& apps,
                      HostSources& sources, PodMounts& mounts, const Leader& leader) {
    if (::setns(leader.pidfd(), CLONE_NEWPID) < 0)
        return errno_error("joining the pod's pid namespace", errno);
    auto builder = TRY(Child::start([&]() -> Result<> {
        if (pod.network != plan::Network::kHost && ::setns(leader.pidfd(), CLONE_NEWNET) < 0)
            return errno_error("joining the pod's network", errno);
        // Here and not with other parameters, as this costs no process of its own.
        if (pod.low_ports.value_or(false)) TRY(open_low_ports());
        return build_pod_tree({pod, apps, sources, mounts});
    }));
    return builder.finish();
}

Result<std::uint64_t> pid_namespace_inode(int proc_fd, pid_t pid) {
    struct stat st{};
    if (::fstatat(proc_fd, fmt::format("{}/ns/pid", pid).c_str(), &st, 0) < 0)
        return errno_error("looking at the pod's pid namespace", errno);
    return std::uint64_t{st.st_ino};
}

Result<> record_sandbox(const Host& host, pid_t leader) {
    const auto inode = TRY(pid_namespace_inode(host.proc.get(), leader));
    const plan::SandboxRecord record{leader, inode};
    return base::write_file(host.pod_directory.get(), std::string{plan::kSandboxFile},
                            plan::to_json(record).str(), 0600);
}

void tell_journal(const plan::PodPlan& pod, const std::vector<plan::AppPlan>& apps) {
    base::JournalEntry entry{
        base::LogLevel::kInfo,
        message_id::kPodStarted,
        fmt::format("Pod {} is running: {}", pod.name, fmt::join(pod.apps, ", ")),
        pod.unit,
        {{"POD_NAME", pod.name}, {"POD_UUID", pod.uuid}}};
    for (const auto& app : apps) {
        entry.fields.push_back({"POD_APP", app.name});
        entry.fields.push_back({"POD_IMAGE", app.image_id});
    }
    base::log_entry(entry);
}

// What ends the pod while systemd does not know yet that the leader is its main process is said to
// this one. It must not be lost with it.
class HeldEnd {
public:
    HeldEnd() {
        (void)::sigemptyset(&end_);
        (void)::sigaddset(&end_, SIGTERM);
        (void)::pthread_sigmask(SIG_BLOCK, &end_, nullptr);
    }

    void pass_on(const Leader& leader) const {
        const timespec now{};
        if (::sigtimedwait(&end_, nullptr, &now) < 0) return;
        (void)::syscall(SYS_pidfd_send_signal, leader.pidfd(), SIGTERM, nullptr, 0U);
    }

private:
    sigset_t end_{};
};

// What can wait comes after READY: systemd goes on with the apps meanwhile. The leader is there to
// stay, so that it can be made the main process whenever systemd reads this.
Result<> hand_over(Leader& leader, const plan::PodPlan& pod,
                   const std::vector<plan::AppPlan>& apps) {
    const HeldEnd end;
    const auto ready =
        TRY(base::SentNotification::send(fmt::format("MAINPID={}\nREADY=1", leader.pid())));
    TRY(leader.release());
    tell_journal(pod, apps);
    auto read = ready.await_read(kManagerMsec);
    end.pass_on(leader);
    TRY(std::move(read));
    // Systemd would clean up after this process first, and start the apps then.
    (void)::usleep(kLingerUsec);
    return {};
}

Result<std::vector<plan::AppPlan>> read_apps(const Host& host, const plan::PodPlan& pod) {
    std::vector<plan::AppPlan> apps;
    apps.reserve(pod.apps.size());
    for (const auto& name : pod.apps)
        apps.push_back(TRY(plan::read_app_plan(host.pod_directory.get(), name)));
    return apps;
}

// All mounts of all apps are open at once. No app gets these limits: it is systemd that bears them.
void allow_many_files() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

// Those who work beside this process while it builds.
struct Helpers {
    BusProgram registration;
    std::optional<BusProgram> limits;
    std::optional<NetworkService> network;
    std::optional<NamedNetworks> named;
};

Result<Helpers> start_helpers(const plan::PodPlan& pod) {
    // First of all: it takes a while to load, and should find a processor that nobody else is at.
    auto registration = TRY(start_registration(pod.name, pod.uuid));
    Helpers helpers{std::move(registration), {}, {}, {}};
    if (pod.named_networks.value_or(false))
        helpers.named.emplace(TRY(NamedNetworks::start(pod.name)));
    if (plan::has_link(pod.network)) helpers.network.emplace(TRY(NetworkService::call()));
    return helpers;
}

Result<> begin_networks(const Host& host, const plan::PodPlan& pod, const Leader& leader,
                        Helpers& helpers) {
    if (helpers.network) TRY(helpers.network->ask(pod, host.proc.get(), leader.pidfd()));
    if (helpers.named) TRY(helpers.named->ask(host.proc.get(), leader.pidfd()));
    if (!helpers.network && !helpers.named)
        helpers.registration.say(fmt::format("{}", leader.pid()));
    return {};
}

// Its address is one of the service's settings.
Result<> name_server(const plan::PodPlan& pod, const HostFiles& files, const PodMounts& mounts,
                     const network::Reply& made) {
    if (!made.gateway)
        return Error{ErrorCode::kUnavailable,
                     "podd-network.service is of another version: 'systemctl try-restart "
                     "podd-network.service'"};
    const auto text = with_domains(pod, made.domains, files.resolv_conf);
    return replace_file(mounts.files.get(), "resolv.conf",
                        network::with_server(*made.gateway, text));
}

// Parameters can be those of an interface; machined is told which ones lead to the pod.
Result<> finish_networks(const Host& host, const plan::PodPlan& pod, const Leader& leader,
                         const HostFiles& files, const PodMounts& mounts, Helpers& helpers) {
    if (!helpers.network && !helpers.named) return {};
    std::vector<std::uint32_t> interfaces;
    if (helpers.network) {
        const auto made = TRY(helpers.network->finish());
        interfaces.push_back(made.interface);
        if (asks_network(pod)) TRY(name_server(pod, files, mounts, made));
        if (!made.unlimited.empty())
            TRY(plan::note_without_effect(
                host.pod_directory.get(),
                {fmt::format("pod: isolator resource/network-bandwidth has no effect: {}",
                             made.unlimited)}));
    }
    if (helpers.named) {
        const auto reply = TRY(helpers.named->finish());
        interfaces.insert(interfaces.end(), reply.interfaces.begin(), reply.interfaces.end());
        if (!reply.resolv_conf.empty() && asks_network(pod))
            TRY(replace_file(mounts.files.get(), "resolv.conf",
                             of_plugins(pod, reply.resolv_conf)));
    }
    auto said = fmt::format("{}", leader.pid());
    for (const auto interface : interfaces)
        said += fmt::format(" {}", interface);
    helpers.registration.say(said);
    return {};
}

Result<Leader> build_sandbox(const Host& host, const plan::PodPlan& pod,
                             const std::vector<plan::AppPlan>& apps, Helpers& helpers,
                             int lock_fd) {
    TRY(make_mount_namespace(apps));
    MountIdMaps maps{host.proc.get()};
    auto sources = TRY(open_sources(pod, apps, maps));
    TRY(enter_scratch_root(sources));
    auto leader = TRY(Leader::start({pod, apps, sources.files, host.proc.get(),
                                     host.init_program.get(), lock_fd, host.netns.get()}));
    TRY(begin_networks(host, pod, leader, helpers));
    auto mounts = TRY(leader.take_mounts(apps));
    TRY(build_in_pod(pod, apps, sources, mounts, leader));
    TRY(finish_networks(host, pod, leader, sources.files, mounts, helpers));
    TRY(set_parameters(pod, leader));
    return leader;
}

Result<> run(const std::string& name, int lock_fd) {
    auto host = TRY(open_host(name));
    const auto pod = TRY(plan::read_pod_plan(host.pod_directory.get()));
    if (pod.network_path) host.netns = TRY(open_netns(*pod.network_path));
    auto helpers = TRY(start_helpers(pod));
    prepare_cgroup_moves();
    const auto apps = TRY(read_apps(host, pod));
    if (apps.size() > 1) allow_many_files();
    // Not with READY: what changes there keeps systemd from starting the apps.
    TRY(base::notify(fmt::format("STATUS=Pod {} ({})", pod.uuid, fmt::join(pod.apps, ", "))));
    if (pod.limited) helpers.limits.emplace(TRY(start_limits(pod.name)));
    auto built = build_sandbox(host, pod, apps, helpers, lock_fd);
    // Also after a failure: the socket of the service manager is there and nowhere else.
    if (::setns(host.mounts.get(), CLONE_NEWNS) < 0)
        return errno_error("going back to the host's mounts", errno);
    auto leader = TRY(std::move(built));
    TRY(offer_metadata(pod, host.pod_directory.get(), leader));
    TRY(helpers.registration.finish());
    if (helpers.limits) TRY(helpers.limits->finish());  // before any app can start
    TRY(record_sandbox(host, leader.pid()));  // now it has run: `gc` will say that it ended
    return hand_over(leader, pod, apps);
}

bool parse_lock_fd(std::string_view argument, int& fd) {
    constexpr std::string_view kOption = "--uid-lock-fd=";
    if (!argument.starts_with(kOption)) return false;
    argument.remove_prefix(kOption.size());
    fd = base::parse_number<int>(argument).value_or(-1);
    return fd > STDERR_FILENO;
}

}  // namespace

}  // namespace podd::stage1

int main(int argc, char** argv) {
    using namespace podd;
    int lock_fd = -1;
    if (argc < 2 || argc > 3 || (argc == 3 && !stage1::parse_lock_fd(argv[2], lock_fd))) {
        stage1::report_failure("usage: run POD [--uid-lock-fd=N]");
        return EXIT_FAILURE;
    }
    (void)::prctl(PR_SET_DUMPABLE, 0);
    const auto done = stage1::run(argv[1], lock_fd);
    if (done) return EXIT_SUCCESS;
    stage1::report_failed_start({argv[1], {}}, done.error().message());
    return static_cast<int>(stage1::ExitStatus::kNamespace);
}
