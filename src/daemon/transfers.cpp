// SPDX-License-Identifier: LGPL-2.1-or-later
#include "daemon/transfers.h"

#include <algorithm>
#include <cerrno>
#include <csignal>

#include <fcntl.h>
#include <unistd.h>

#include "client/bus_path.h"
#include "daemon/received_fd.h"
#include "daemon/worker_service.h"

namespace podd::daemon {

namespace {

struct Pipe {
    base::UniqueFd read;
    base::UniqueFd write;
};

base::Result<Pipe> make_pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) < 0) return base::errno_error("cannot make a pipe", errno);
    Pipe pipe{base::UniqueFd{ends[0]}, base::UniqueFd{ends[1]}};
    // Our end only: the importer's must wait when nobody reads.
    if (::fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK) < 0)
        return base::errno_error("cannot set up a pipe", errno);
    return pipe;
}

}  // namespace

Transfers::Transfers(sd_event* event, sdbus::IConnection& bus, client::Systemd& systemd,
                     Activity& activity, Authorizer& authorizer, VerifierUnits& verifier,
                     Removed removed)
    : event_{event},
      bus_{bus},
      systemd_{systemd},
      activity_{activity},
      authorizer_{authorizer},
      verifier_{verifier},
      removed_{std::move(removed)} {}

Transfers::~Transfers() {
    sd_event_source_disable_unref(forget_source_);
}

base::Result<Transfer*> Transfers::add(Transfer::Origin origin, Transfer::Ended ended) {
    const uid_t user = origin.user;
    const auto mine = std::ranges::count_if(
        transfers_, [&](const auto& entry) { return entry.second.transfer->user() == user; });
    if (static_cast<std::size_t>(mine) >= kMaxPerUser)
        return base::Error{
            base::ErrorCode::kDenied,
            fmt::format("Access denied: user {} has {} transfers under way already", user, mine)};
    // The number is in a unit's name: one that a podd before this one left running is passed over
    // by starting at a moment's value that does not come again soon.
    if (last_id_ == 0) {
        struct timespec now{};
        (void)::clock_gettime(CLOCK_BOOTTIME, &now);
        last_id_ = static_cast<std::uint32_t>(now.tv_sec) * 100 +
                   static_cast<std::uint32_t>(now.tv_nsec / 10'000'000);
    }
    const std::uint32_t id = ++last_id_;
    auto transfer = std::make_unique<Transfer>(
        bus_, *this, id, std::move(origin),
        [this, id, ended = std::move(ended)](const base::Result<ImportedImage>& result) {
            ended(result);
            forget(id);
        });
    Transfer* added = transfer.get();
    transfers_.emplace(id, Entry{std::move(transfer), activity_.hold()});
    return added;
}

void Transfers::run(Transfer& transfer, Phase phase, client::BusProperties service,
                    client::Done<> started) {
    auto pipe = make_pipe();
    if (!pipe) return started(std::move(pipe).error());
    transfer.enter(phase);
    client::TransientUnit unit{transfer.unit(), std::move(service)};
    unit.properties.emplace_back("StandardOutputFileDescriptor",
                                 sdbus::Variant{give_fd(std::move(pipe->write))});
    // Listened to from the answer on: what the program says must not overtake it.
    const auto output = std::make_shared<base::UniqueFd>(std::move(pipe->read));
    systemd_.start_transient(
        unit, {}, [this, &transfer, output, started = std::move(started)](const auto& job) {
            if (!job) return started(job.error());
            started(transfer.watch(event_, std::move(*output)));
        });
}

void Transfers::import(base::UniqueFd file, const std::string& options, uid_t user,
                       client::Done<const Transfer*> started) {
    work({"import", "--options=" + options}, "Import of an image for podd", std::move(file), user,
         std::move(started));
}

void Transfers::work(const std::vector<std::string>& arguments, const std::string& description,
                     base::UniqueFd file, uid_t user, client::Done<const Transfer*> started) {
    // Nobody hears of the end of a transfer whose beginning was not told.
    const auto announced = std::make_shared<const Transfer*>(nullptr);
    const auto added =
        add({user, {}}, [this, announced](const base::Result<ImportedImage>& result) {
            if (*announced != nullptr) removed_(**announced, result);
        });
    if (!added) return started(added.error());
    Transfer* transfer = *added;
    auto service = importer_service(arguments, description);
    if (file)
        service.emplace_back("StandardInputFileDescriptor",
                             sdbus::Variant{give_fd(std::move(file))});
    run(*transfer, Phase::kImport, std::move(service),
        [announced, transfer, started = std::move(started)](const base::Result<>& done) {
            if (done) {
                started(*announced = transfer);
            } else {
                started(base::Error{done.error()}.with_context("starting the importer"));
                transfer->fail(done.error());
            }
        });
}

void Transfers::remove(const std::string& image_id, uid_t user, client::Done<> done) {
    const auto reply = std::make_shared<client::Done<>>(std::move(done));
    const auto added = add({user, {}}, [reply](const base::Result<ImportedImage>& result) {
        if (!result) return (*reply)(result.error());
        (*reply)({});
    });
    if (!added) return (*reply)(added.error());
    Transfer* transfer = *added;
    run(*transfer, Phase::kImport,
        importer_service({"remove", "--id=" + image_id}, "Removal of an image of podd"),
        [transfer](const auto& started) {
            if (!started) transfer->fail(started.error());
        });
}

void Transfers::join(std::uint32_t id, const std::string& peer) {
    const auto found = transfers_.find(id);
    if (found == transfers_.end()) return;
    found->second.transfer->join(peer);
    // Who has left in the meantime was told of already, and would be waited for in vain.
    authorizer_.identify(peer, [this, peer](const auto& uid) {
        if (!uid) peer_gone(peer);
    });
}

void Transfers::peer_gone(const std::string& peer) {
    for (const auto& [id, entry] : transfers_)
        static_cast<void>(entry.transfer->leave(peer));
}

void Transfers::cancel(Transfer& transfer, sdbus::Result<bool>&& result, const std::string& sender,
                       std::uint64_t flags) {
    const Reply<bool> reply{std::move(result), activity_};
    const bool waited = transfer.leave(sender);
    if (waited && transfer.has_waiting()) return reply.ok(false);
    if (waited) return stop(transfer.id(), reply);
    authorizer_.identify(sender, [this, reply, sender, flags, id = transfer.id(),
                                  owner = transfer.user()](const auto& uid) {
        if (!uid) return reply.fail(uid.error());
        if (*uid == owner) return stop(id, reply);
        authorizer_.check({sender, kManageImages, {}, flags}, [this, reply, id](const auto& user) {
            if (!user) return reply.fail(user.error());
            stop(id, reply);
        });
    });
}

void Transfers::stop(std::uint32_t id, const Reply<bool>& reply) {
    const auto found = transfers_.find(id);
    if (found == transfers_.end()) return reply.ok(true);  // ended in the meantime
    Transfer& cancelled = *found->second.transfer;
    // Between the fetcher and the importer there may be nothing to stop.
    cancelled.cancel();
    if (aci_flights_.is_waiting(id)) {
        cancelled.fail({base::ErrorCode::kUnavailable, "the fetch was cancelled"});
        return reply.ok(true);
    }
    const auto stop_unit = [this, reply, unit = cancelled.unit()] {
        systemd_.stop(unit, [reply](const auto& job) {
            if (!job && job.error().code() != base::ErrorCode::kNotFound)
                return reply.fail(job.error());
            reply.ok(true);
        });
    };
    if (cancelled.phase() != Phase::kFetch) return stop_unit();
    // Ended by this signal, and not stopped, it leaves what has come to the next fetch.
    systemd_.kill(cancelled.unit(), SIGINT, [reply, stop_unit](const auto& done) {
        if (!done) return stop_unit();
        reply.ok(true);
    });
}

void Transfers::explain(const Transfer& transfer, std::function<void(const base::Error&)> done) {
    const std::string unit = transfer.unit();
    const char* what = transfer.phase() == Phase::kFetch ? "fetch" : "import";
    if (transfer.cancelled())
        return done({base::ErrorCode::kUnavailable, fmt::format("the {} was cancelled", what)});
    systemd_.service_outcome(unit, [unit, what, done = std::move(done)](const auto& outcome) {
        const std::string ended = outcome ? outcome->result : "unknown";
        if (ended == "success")
            return done({base::ErrorCode::kUnavailable, fmt::format("the {} was cancelled", what)});
        done({base::ErrorCode::kIo, fmt::format("the {}er ended without an answer ({})\n"
                                                "hint: see 'journalctl -u {}'",
                                                what, ended, unit)});
    });
}

// A transfer cannot be destroyed by its own handler: the loop does it.
void Transfers::forget(std::uint32_t id) {
    ended_.push_back(id);
    if (forget_source_ == nullptr)
        static_cast<void>(sd_event_add_defer(event_, &forget_source_, on_forget, this));
    static_cast<void>(sd_event_source_set_enabled(forget_source_, SD_EVENT_ONESHOT));
}

int Transfers::on_forget(sd_event_source* /*source*/, void* self) {
    auto& transfers = *static_cast<Transfers*>(self);
    for (const std::uint32_t id : std::exchange(transfers.ended_, {})) {
        if (const auto found = transfers.transfers_.find(id); found != transfers.transfers_.end()) {
            for (const auto& unit : found->second.transfer->units())
                transfers.systemd_.unref(unit);
            transfers.transfers_.erase(found);
        }
    }
    return 0;
}

}  // namespace podd::daemon
