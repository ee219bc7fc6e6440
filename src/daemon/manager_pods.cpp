// SPDX-License-Identifier: LGPL-2.1-or-later
// The methods of org.podd1.Manager that are about pods.
#include "client/bus_path.h"
#include "daemon/enter.h"
#include "daemon/manager_object.h"
#include "daemon/received_fd.h"
#include "daemon/verify.h"

namespace podd::daemon {

void ManagerObject::StartTransientPod(sdbus::Result<sdbus::ObjectPath>&& result, std::string name,
                                      sdbus::UnixFd manifest, std::uint64_t flags) {
    const Reply<sdbus::ObjectPath> reply{std::move(result), activity_};
    auto file = take_fd(manifest);
    if (!file) return reply.fail(file.error());
    const auto held = std::make_shared<base::UniqueFd>(std::move(*file));
    authorized(reply, {sender(), kCreatePod, {{"pod", name}}, flags},
               [this, reply, name, held](uid_t) {
                   const auto text = read_manifest(held->get(), Source::kSealedOrFile);
                   if (!text) return reply.fail(text.error());
                   control_.start_transient(name, *text, [reply, name](const auto& done) {
                       if (!done) return reply.fail(done.error());
                       reply.ok(sdbus::ObjectPath{client::pod_path(name)});
                   });
               });
}

void ManagerObject::StartPod(sdbus::Result<sdbus::ObjectPath>&& result, std::string name,
                             std::uint64_t flags) {
    const Reply<sdbus::ObjectPath> reply{std::move(result), activity_};
    authorized(reply, {sender(), kControlPod, {{"pod", name}}, flags},
               [this, reply, name](uid_t) { start_pod(reply, name, std::nullopt); });
}

void ManagerObject::StartPodWithOptions(sdbus::Result<sdbus::ObjectPath>&& result, std::string name,
                                        Options options, std::uint64_t flags) {
    const Reply<sdbus::ObjectPath> reply{std::move(result), activity_};
    authorized(reply, {sender(), kControlPod, {{"pod", name}}, flags},
               [this, reply, name, options = std::move(options)](uid_t) {
                   if (options.empty()) return start_pod(reply, name, std::nullopt);
                   const auto pull = fetch_options(options);
                   if (!pull) return reply.fail(pull.error());
                   start_pod(reply, name, *pull);
               });
}

void ManagerObject::start_pod(const Reply<sdbus::ObjectPath>& reply, const std::string& name,
                              std::optional<PullPolicy> pull) {
    control_.start(name, pull, [reply, name](const auto& done) {
        if (!done) return reply.fail(done.error());
        reply.ok(sdbus::ObjectPath{client::pod_path(name)});
    });
}

void ManagerObject::StopPod(sdbus::Result<>&& result, std::string name, std::uint64_t flags) {
    stop_pod(std::move(result), sender(), name, flags);
}

void ManagerObject::stop_pod(sdbus::Result<>&& result, const std::string& sender,
                             const std::string& name, std::uint64_t flags) {
    const Reply<> reply{std::move(result), activity_};
    authorized(reply, {sender, kControlPod, {{"pod", name}}, flags}, [this, reply, name](uid_t) {
        control_.stop(name, [reply](const auto& done) { reply.answer(done); });
    });
}

// The caller's socket goes to the service that runs the command: no byte of it comes by here.
void ManagerObject::enter_app(sdbus::Result<std::string>&& result, const std::string& sender,
                              EnterCall call) {
    const Reply<std::string> reply{std::move(result), activity_};
    auto options = enter_options(call.options);
    if (!options) return reply.fail(options.error());
    EnterOrder order{call.pod, call.app, call.app_unit, std::move(call.command),
                     std::move(*options)};
    auto socket = take_fd(call.control);
    if (!socket) return reply.fail(socket.error());
    for (const auto& checked : {check_control_socket(socket->get()), check_command(order)})
        if (!checked) return reply.fail(checked.error());
    const auto held = std::make_shared<base::UniqueFd>(std::move(*socket));
    Request request{sender,
                    wants_privileges(order) ? kEnterPrivileged : kEnter,
                    {{"pod", order.pod},
                     {"app", order.app},
                     {"user", order.options.user},
                     {"command", command_text(order)}},
                    call.flags};
    authorized(reply, std::move(request),
               [this, reply, held, order = std::move(order)](uid_t user) {
                   const auto unit = enter_unit();
                   if (!unit) return reply.fail(unit.error());
                   if (wants_privileges(order)) base::log_entry(privileged_entry(order, user));
                   client::TransientUnit service{*unit, enter_service(order)};
                   service.properties.emplace_back("StandardInputFileDescriptor",
                                                   sdbus::Variant{give_fd(std::move(*held))});
                   systemd_.start_transient(service, {}, [reply, name = *unit](const auto& job) {
                       if (!job) return reply.fail(job.error());
                       reply.ok(name);
                   });
               });
}

void ManagerObject::ListPods(sdbus::Result<std::vector<PodRow>>&& result) {
    const Reply<std::vector<PodRow>> reply{std::move(result), activity_};
    pods_.refresh([this, reply](const base::Result<>& done) {
        if (!done) return reply.fail(done.error());
        std::vector<PodRow> rows;
        for (const PodInfo& pod : pods_.list()) {
            std::vector<std::string> apps;
            apps.reserve(pod.apps.size());
            for (const AppInfo& app : pod.apps)
                apps.push_back(app.name);
            rows.emplace_back(pod.name, pod.active_state, apps, pod.source_path,
                              sdbus::ObjectPath{client::pod_path(pod.name)});
        }
        reply.ok(rows);
    });
}

void ManagerObject::GetPodManifest(sdbus::Result<std::string>&& result, std::string name,
                                   std::uint64_t flags) {
    const Reply<std::string> reply{std::move(result), activity_};
    authorized(reply, {sender(), kInspectPods, {{"pod", name}}, flags},
               [reply, name](uid_t) { reply.answer(manifest_text(name)); });
}

void ManagerObject::VerifyManifest(sdbus::Result<std::vector<Diagnostic>>&& result,
                                   sdbus::UnixFd manifest, std::string name) {
    const Reply<std::vector<Diagnostic>> reply{std::move(result), activity_};
    const auto file = take_fd(manifest);
    if (!file) return reply.fail(file.error());
    const auto text = read_manifest(file->get(), Source::kSealed);
    if (!text) return reply.fail(text.error());
    std::vector<Diagnostic> diagnostics;
    if (const auto valid = verify_manifest(name, *text); !valid)
        diagnostics.emplace_back("error", valid.error().message());
    reply.ok(diagnostics);
}

}  // namespace podd::daemon
