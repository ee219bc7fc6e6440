// SPDX-License-Identifier: LGPL-2.1-or-later
// Calls plugins of CNI for pods. They run as root in the host's namespaces.
//
// cni add POD    gives it the interfaces that its plan names; standard input is a socket, over
//                which its network namespace comes and the answer goes
// cni del POD    takes everything back that plugins hold for it
// cni check POD  asks plugins whether all is as they made it
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <fcntl.h>
#include <linux/close_range.h>
#include <net/if.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attach.h"
#include "base/file.h"
#include "base/log.h"
#include "base/socket_message.h"
#include "netns.h"
#include "network/cni_reply.h"
#include "network/cni_result.h"
#include "plan/plan.h"
#include "plan/run_dir.h"
#include "records.h"

namespace podd::cni {

using base::Error;
using base::ErrorCode;
using base::LogLevel;
using base::Result;
using base::UniqueFd;
using network::Attachments;
using network::CniReply;

namespace {

constexpr int kExitUsage = 2;
constexpr std::size_t kMaxPlan = std::size_t{4} * 1024 * 1024;

Result<std::string> boot_id() {
    auto text = TRY(base::read_file("/proc/sys/kernel/random/boot_id", 64));
    while (!text.empty() && text.back() == '\n')
        text.pop_back();
    return text;
}

Result<Caller> make_caller() {
    auto settings = TRY(network::read_cni_settings());
    return Caller{std::move(settings)};
}

// What could not be taken back is kept for another time, and not tried again before the next boot
// but for the pod itself.
Result<> take_back(Records& records, const Caller& caller, Attachments attachments) {
    const auto netns = bound_netns(attachments.uuid);
    Result<> all;
    auto& list = attachments.list;
    // The last one first, as they were made.
    for (std::size_t i = list.size(); i-- > 0;) {
        auto done = caller.remove(attachments, list[i], netns);
        if (done)
            list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
        else if (all)
            all = std::move(done).error();
    }
    auto unbound = unbind_netns(attachments.uuid);
    if (all) all = std::move(unbound);
    if (list.empty()) {
        TRY(records.remove(attachments));
        return all;
    }
    attachments.boot = TRY(boot_id());
    TRY(records.keep(attachments));
    return all;
}

// `wanted` says of each record whether nobody uses any more what is in it. Whoever is at one is
// waited for; without any patience what he has is left to him.
template <typename Wanted>
Result<> take_back_all(Records& records, const Caller& caller, std::chrono::seconds patience,
                       Wanted wanted) {
    Result<> all;
    for (const auto& uuid : records.uuids()) {
        if (const auto seen = records.look(uuid); seen && !wanted(*seen)) continue;
        auto record = records.take(uuid, {base::LockKind::kExclusive, patience});
        if (!record) {
            const bool is_left =
                patience.count() == 0 && record.error().code() == ErrorCode::kUnavailable;
            if (all && !is_left) all = std::move(record).error();
            continue;
        }
        const auto& taken = *record;
        if (!taken || !wanted(taken->attachments)) continue;
        auto done = take_back(records, caller, taken->attachments);
        if (!done && all) all = std::move(done).error();
    }
    return all;
}

// Of runs of this pod whose end was cut short, and of all pods from before the last boot. Whatever
// cannot be taken back does not belong to this run, and keeps nobody from starting.
void take_back_old(Records& records, const Caller& caller, const Attachments& mine) {
    const auto done = take_back_all(records, caller, {}, [&](const Attachments& one) {
        return one.uuid != mine.uuid && (one.pod == mine.pod || one.boot != mine.boot);
    });
    if (!done)
        base::log_line(LogLevel::kWarning,
                       fmt::format("networks of a pod that has ended: {}", done.error().message()));
}

Result<Attachments> planned(const std::string& pod) {
    const auto folder = TRY(plan::open_pod_directory(pod));
    const auto text =
        TRY(base::read_file(folder.get(), std::string{plan::kNetworksFile}, kMaxPlan));
    auto attachments = TRY(network::parse_attachments(text));
    attachments.boot = TRY(boot_id());
    return attachments;
}

Result<UniqueFd> received_netns() {
    auto message = TRY(base::receive_message(STDIN_FILENO, 64, 1));
    if (message.fds.size() != 1)
        return Error{ErrorCode::kUnavailable, "the pod's start went wrong"};
    return std::move(message.fds.front());
}

// A bridge is there for all pods and for the host itself.
bool leads_to_pod(const std::string& interface) {
    struct stat st{};
    return ::stat(fmt::format("/sys/class/net/{}/bridge", interface).c_str(), &st) < 0;
}

void add_to_reply(CniReply& reply, const network::Attachment& one) {
    if (!one.result) return;
    const auto result = network::cni_result(*one.result);
    if (!result) return;  // it was good when it came
    for (const auto& interface : result->interfaces) {
        const auto index = interface.in_pod ? 0 : ::if_nametoindex(interface.name.c_str());
        if (index == 0 || !leads_to_pod(interface.name)) continue;
        if (std::find(reply.interfaces.begin(), reply.interfaces.end(), index) ==
            reply.interfaces.end())
            reply.interfaces.push_back(index);
    }
    if (reply.resolv_conf.empty()) reply.resolv_conf = network::resolv_conf(result->dns);
}

Result<CniReply> add_all(Records& records, const Caller& caller, Attachments& attachments,
                         Result<UniqueFd> received) {
    const auto inside = TRY(std::move(received));
    const auto netns = TRY(bind_netns(inside.get(), attachments.uuid));
    CniReply reply;
    for (auto& one : attachments.list) {
        auto done = caller.add(attachments, one, netns);
        // Also what a plugin has said before another one failed: it helps to take that back.
        TRY(records.keep(attachments));
        TRY(std::move(done));
        add_to_reply(reply, one);
    }
    return reply;
}

// What can be done before there is a network namespace.
struct Beginning {
    Caller caller;
    Attachments attachments;
    Records records;
};

Result<Beginning> begin(const std::string& pod) {
    auto caller = TRY(make_caller());
    auto attachments = TRY(planned(pod));
    TRY(caller.find_all(attachments));
    auto records = TRY(Records::open());
    take_back_old(records, caller, attachments);
    // Before anything is done, so that whoever comes after a crash knows.
    TRY(records.keep(attachments));
    return Beginning{std::move(caller), std::move(attachments), std::move(records)};
}

Result<CniReply> add(Result<Beginning> begun, Result<UniqueFd> netns) {
    auto [caller, attachments, records] = TRY(std::move(begun));
    auto reply = add_all(records, caller, attachments, std::move(netns));
    if (reply) return reply;
    if (const auto done = take_back(records, caller, attachments); !done)
        base::log_line(LogLevel::kWarning, fmt::format("cleaning up: {}", done.error().message()));
    return reply;
}

Result<> answer(const std::string& pod) {
    auto begun = begin(pod);
    // After an error as well: what an end that is closed has not read takes the answer with it.
    auto netns = received_netns();
    const auto reply = add(std::move(begun), std::move(netns));
    const CniReply failed{reply ? std::string{} : reply.error().message(), {}, {}};
    return base::send_message(STDIN_FILENO, to_text(reply ? *reply : failed), {});
}

Result<> del(const std::string& pod) {
    auto records = TRY(Records::open());
    const auto caller = TRY(make_caller());
    // Somebody may be asking the plugins at this moment whether all is there.
    return take_back_all(records, caller, caller.patience() + std::chrono::seconds{1},
                         [&](const Attachments& one) { return one.pod == pod; });
}

Result<> check(const std::string& pod) {
    auto records = TRY(Records::open());
    const auto caller = TRY(make_caller());
    bool any = false;
    for (const auto& uuid : records.uuids()) {
        const auto netns = bound_netns(uuid);
        const auto seen = records.look(uuid);
        if (!seen || seen->pod != pod || netns.empty()) continue;
        const auto record = TRY(records.take(uuid, {base::LockKind::kShared, {}}));
        if (!record) continue;
        for (const auto& one : record->attachments.list)
            TRY(caller.check(record->attachments, one, netns));
        any = true;
    }
    if (any) return {};
    return Error{ErrorCode::kNotFound,
                 fmt::format("pod \"{}\" does not run, or has no networks of plugins", pod)};
}

Result<> run(std::string_view verb, const std::string& pod) {
    if (verb == "add") return answer(pod);
    if (verb == "del") return del(pod);
    return check(pod);
}

bool is_verb(std::string_view word) {
    return word == "add" || word == "del" || word == "check";
}

}  // namespace
}  // namespace podd::cni

int main(int argc, char** argv) {
    using namespace podd;
    if (argc != 3 || !cni::is_verb(argv[1])) {
        base::log_line(base::LogLevel::kError, "usage: cni add|del|check POD; see podd.network(5)");
        return cni::kExitUsage;
    }
    // A pod's lock must not outlive it in some plugin.
    (void)::syscall(SYS_close_range, 3U, ~0U, 0U);
    ::umask(0077);
    (void)::signal(SIGPIPE, SIG_IGN);
    const auto done = cni::run(argv[1], argv[2]);
    if (done) return EXIT_SUCCESS;
    base::log_line(base::LogLevel::kError, done.error().message());
    return EXIT_FAILURE;
}
