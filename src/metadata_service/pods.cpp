// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pods.h"

#include <cerrno>
#include <ctime>
#include <utility>

#include <fmt/format.h>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/log.h"

namespace podd::metadata_service {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::UniqueFd;

namespace {

constexpr std::uint64_t kIdleUsec = 30'000'000;
// Three descriptors each; the unit's FileDescriptorStoreMax= has room for them.
constexpr std::size_t kMaxPods = 3000;

void complain(std::string_view what, const Error& error) {
    base::log_line(base::LogLevel::kError, fmt::format("{}: {}", what, error.message()));
}

bool has_ended(int process) {
    pollfd one{process, POLLIN, 0};
    return ::poll(&one, 1, 0) != 0;
}

}  // namespace

Pods::Pods(sd_event* event, std::string key) : event_{event}, key_{std::move(key)} {}

Pods::~Pods() {
    sd_event_source_disable_unref(idle_);
    sd_event_source_disable_unref(offers_);
}

void Pods::restore(std::map<std::string, Offer> offers) {
    for (auto& [uuid, offer] : offers) {
        const bool whole = offer.listener && offer.process && offer.record;
        if (!whole || has_ended(offer.process.get())) {
            forget(uuid);
            continue;
        }
        if (const auto added = add(std::move(offer), Kept::kYes); !added)
            complain(fmt::format("pod {} is served no more", uuid), added.error());
    }
}

Result<> Pods::listen(UniqueFd socket) {
    socket_ = std::move(socket);
    int r = sd_event_add_io(event_, &offers_, socket_.get(), EPOLLIN, on_offer, this);
    if (r >= 0) r = sd_event_add_time(event_, &idle_, CLOCK_MONOTONIC, 0, 0, on_idle, this);
    if (r < 0) return base::errno_error("adding to the event loop", -r);
    wait_for_pods();
    return {};
}

Result<> Pods::add(Offer offer, Kept kept) {
    auto served = TRY(pod_of(offer));
    const auto uuid = served.uuid_text;
    if (pods_.size() >= kMaxPods)
        return Error{ErrorCode::kUnavailable, fmt::format("{} pods are served already", kMaxPods)};
    if (pods_.contains(uuid))
        return Error{ErrorCode::kConflict, fmt::format("pod {} is served already", uuid)};
    auto done = kept == Kept::kYes ? Result<>{} : keep(uuid, offer);
    if (done) done = serve(std::move(served), std::move(offer));
    if (!done) forget(uuid);
    return done;
}

Result<> Pods::serve(metadata::ServedPod served, Offer offer) {
    auto pod = std::make_unique<Pod>();
    pod->all = this;
    pod->uuid = served.uuid_text;
    pod->process = std::move(offer.process);
    pod->server = TRY(Server::start(event_, std::move(served), key_, std::move(offer.listener)));
    const int r =
        sd_event_add_io(event_, &pod->ended, pod->process.get(), EPOLLIN, on_end, pod.get());
    if (r < 0) return base::errno_error("waiting for the end of a pod", -r);
    const auto uuid = pod->uuid;
    pods_.emplace(uuid, std::move(pod));
    return {};
}

Result<> Pods::take_next(int socket) {
    const UniqueFd connection{::accept4(socket, nullptr, nullptr, SOCK_CLOEXEC)};
    if (!connection) return base::errno_error("accepting", errno);
    return add(TRY(receive_offer(connection.get())), Kept::kNo);
}

void Pods::wait_for_pods() {
    if (!pods_.empty()) return;
    (void)sd_event_source_set_time_relative(idle_, kIdleUsec);
    (void)sd_event_source_set_enabled(idle_, SD_EVENT_ONESHOT);
}

int Pods::on_offer(sd_event_source* /*source*/, int fd, std::uint32_t /*events*/, void* self) {
    auto& pods = *static_cast<Pods*>(self);
    if (const auto taken = pods.take_next(fd); !taken)
        complain("a pod is not served", taken.error());
    pods.wait_for_pods();
    return 0;
}

int Pods::on_end(sd_event_source* /*source*/, int /*fd*/, std::uint32_t /*events*/, void* pod) {
    auto& ended = *static_cast<Pod*>(pod);
    auto& all = *ended.all;
    forget(ended.uuid);
    // Not by a reference into what goes away.
    all.pods_.erase(std::string{ended.uuid});
    all.wait_for_pods();
    return 0;
}

int Pods::on_idle(sd_event_source* source, std::uint64_t /*usec*/, void* self) {
    if (static_cast<Pods*>(self)->pods_.empty())
        (void)sd_event_exit(sd_event_source_get_event(source), 0);
    return 0;
}

}  // namespace podd::metadata_service
